import type { HeaderList } from '@tunnel/http'

/** One HTTP request that a policy makes by itself. The port opens the connection; redirects are not followed. */
export interface PolicyRequest {
  method: string
  /** Absolute, http or https. */
  url: string
  headers: HeaderList
  body: Buffer | undefined
}

export interface PolicyResponse {
  status: number
  headers: HeaderList
  /** Decoded: without its `Content-Encoding`. */
  body: Buffer
  /** The address that answered; empty if there is none to tell. */
  resolvedIp: string
}

export interface PolicyFetchLimits {
  /** The most bytes of the decoded body. */
  maxBodyBytes: number
  /** Aborts the request when its time is up. */
  signal: AbortSignal
}

/**
 * How a policy reaches out: key sets, certificates, `http-request`. It refuses addresses that a policy must not reach.
 *
 * @throws {@link PolicyFetchTooLarge} for a body beyond `maxBodyBytes`; the signal's reason if it was aborted; anything else for a request
 *   that got no response.
 */
export type PolicyFetch = (request: PolicyRequest, limits: PolicyFetchLimits) => Promise<PolicyResponse>

/** What a `PolicyFetch` fails with for a body that is too large; recognised by its name, which survives two copies of the package. */
export class PolicyFetchTooLarge extends Error {
  override readonly name = 'PolicyFetchTooLarge'
}

export function isTooLarge(error: unknown): boolean {
  return error instanceof Error && error.name === 'PolicyFetchTooLarge'
}

/** What actions need of time. A test gives a clock that it moves by hand. */
export interface PolicyClock {
  /** Milliseconds since 1970. */
  now(): number
  setTimeout(run: () => void, delayMs: number): unknown
  clearTimeout(timer: unknown): void
}

export interface TimedFetchOptions {
  maxBodyBytes: number
  timeoutMs: number
}

/** One request with a time of its own, which also ends the wait for a port that forgets its signal. */
export async function fetchWithin(
  fetch: PolicyFetch,
  clock: PolicyClock,
  request: PolicyRequest,
  { maxBodyBytes, timeoutMs }: TimedFetchOptions,
): Promise<PolicyResponse> {
  const limit = timeLimit(clock, timeoutMs)
  try {
    return await fetchUntilAborted(fetch, request, { maxBodyBytes, signal: limit.signal })
  } finally {
    limit.end()
  }
}

/** @throws PolicyFetchTooLarge also for a port that forgets its limit. */
export async function fetchUntilAborted(
  fetch: PolicyFetch,
  request: PolicyRequest,
  limits: PolicyFetchLimits,
): Promise<PolicyResponse> {
  const response = await untilAborted(fetch(request, limits), limits.signal)
  if (response.body.length > limits.maxBodyBytes)
    throw new PolicyFetchTooLarge(`body of ${response.body.length} bytes exceeds ${limits.maxBodyBytes}`)
  return response
}

/** A signal that aborts after a time, and what ends it before. */
export function timeLimit(clock: PolicyClock, delayMs: number): { signal: AbortSignal; end(): void } {
  const controller = new AbortController()
  const timer = clock.setTimeout(() => controller.abort(new Error(`no answer within ${delayMs} ms`)), delayMs)
  return { signal: controller.signal, end: () => clock.clearTimeout(timer) }
}

function untilAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    const forget = () => signal.removeEventListener('abort', abort)
    answer.then(resolve, reject).then(forget, forget)
  })
}

import { ActionError, type ActionErrorResult, errorResult } from './action-error.ts'
import { buildHttpRequest, type HttpRequestConfig, type HttpRequestFacts } from './http-request-build.ts'
import { redirectedRequest } from './http-request-redirect.ts'
import {
  attemptResult,
  type HttpRequestResults,
  type RequestResult,
  type ResponseResult,
  requestResult,
  responseResult,
} from './http-request-results.ts'
import {
  fetchUntilAborted,
  isTooLarge,
  type PolicyClock,
  type PolicyFetch,
  type PolicyRequest,
  type PolicyResponse,
  timeLimit,
} from './policy-fetch.ts'

/** The largest response body, decoded, in bytes. Reference §4.10 */
export const MAX_RESPONSE_BODY_BYTES = 256 * 1024
/** How often a request is made again after the first time. */
export const MAX_RETRIES = 3

export interface HttpRequestPorts {
  fetch: PolicyFetch
  clock: PolicyClock
  /** Evaluates `retry_condition`: whether to try again after the attempt. Without it nothing is tried again. */
  shouldRetry?: (attempts: number, last: LastAttempt) => boolean | Promise<boolean>
}

/** `last_attempt` of a retry condition. */
export interface LastAttempt {
  req: RequestResult
  res: ResponseResult | undefined
  error: ActionErrorResult | undefined
}

export interface HttpRequestOutcome {
  /** What the action failed with: with `on_error: halt` it is the response. */
  error: ActionError | undefined
  results: HttpRequestResults
}

/**
 * Makes the request, following redirects and trying again, all within one time limit. Any status is a success; a failed attempt is an error
 * of the action if no later one gets a response.
 *
 * @returns What happened: it does not throw for a request that failed.
 * @throws ActionError `ERR_TUNNEL_2253`, `ERR_TUNNEL_2210` or `ERR_TUNNEL_2211` for a configuration that gives no request.
 * @see Reference §4.10
 */
export async function httpRequest(
  config: HttpRequestConfig,
  facts: HttpRequestFacts,
  ports: HttpRequestPorts,
): Promise<HttpRequestOutcome> {
  const request = buildHttpRequest(config, facts)
  const results: HttpRequestResults = { req: requestResult(request), attempts: [] }
  const limit = timeLimit(ports.clock, config.timeoutMs)
  try {
    return await attemptAll(request, config, ports, limit.signal, results)
  } finally {
    limit.end()
  }
}

async function attemptAll(
  request: PolicyRequest,
  { maxRedirects }: HttpRequestConfig,
  { fetch, clock, shouldRetry }: HttpRequestPorts,
  signal: AbortSignal,
  results: HttpRequestResults,
): Promise<HttpRequestOutcome> {
  for (let attempts = 1; ; attempts++) {
    const { sent, response, error, timeMs } = await attempt(request, maxRedirects, fetch, clock, signal)
    results.req = requestResult(sent)
    results.attempts.push(attemptResult(response, timeMs))
    const res = response === undefined ? undefined : responseResult(response, timeMs)
    const isLast = attempts > MAX_RETRIES || signal.aborted || shouldRetry === undefined
    const last = { req: results.req, res, error: error && errorResult(error) }
    if (isLast || !(await shouldRetry(attempts, last))) {
      return { error, results: { ...results, ...(res && { res }), ...(error && { error: errorResult(error) }) } }
    }
  }
}

/** One request with its redirects. */
async function attempt(
  request: PolicyRequest,
  maxRedirects: number,
  fetch: PolicyFetch,
  clock: PolicyClock,
  signal: AbortSignal,
) {
  const startedAt = clock.now()
  let sent = request
  let response: PolicyResponse | undefined
  let error: ActionError | undefined
  try {
    for (let redirects = 0; ; redirects++) {
      response = undefined
      response = await fetchUntilAborted(fetch, sent, { maxBodyBytes: MAX_RESPONSE_BODY_BYTES, signal })
      const next = maxRedirects === 0 ? undefined : redirectedRequest(sent, response)
      if (next === undefined) break
      if (redirects === maxRedirects) throw new ActionError('ERR_TUNNEL_3214', `more than ${maxRedirects} redirects`)
      sent = next
    }
  } catch (cause) {
    error = requestError(cause, signal)
  }
  return { sent, response, error, timeMs: clock.now() - startedAt }
}

function requestError(cause: unknown, signal: AbortSignal): ActionError {
  if (cause instanceof ActionError) return cause
  if (signal.aborted) return new ActionError('ERR_TUNNEL_3602', 'request took longer than its timeout', { cause })
  if (isTooLarge(cause)) return tooLarge(cause)
  return new ActionError('ERR_TUNNEL_3007', 'request got no response', { cause })
}

function tooLarge(cause: unknown): ActionError {
  return new ActionError('ERR_TUNNEL_3601', `response body exceeds the limit of ${MAX_RESPONSE_BODY_BYTES} bytes`, {
    cause,
  })
}

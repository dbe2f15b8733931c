import type { CaptureDetail, HeaderPair, ReplayRequest } from '../../../src/contract.ts'

/** A request as it stands in the editor. */
export interface Draft {
  readonly method: string
  readonly target: string
  readonly headers: readonly HeaderPair[]
  readonly trailers: readonly HeaderPair[]
  /** `undefined`: the bytes stay as they are. */
  readonly body: string | undefined
  readonly times: number
  readonly to: ReplayTarget
  readonly allowTruncated: boolean
}

export type ReplayTarget =
  | { readonly kind: 'same' }
  | { readonly kind: 'endpoint'; readonly name: string }
  | { readonly kind: 'upstream'; readonly address: string }

/** What the API takes. */
export const MAX_TIMES = 100

/** The request as it was captured; `bodyText` where its body is text. */
export function draftOf({ request }: Pick<CaptureDetail, 'request'>, bodyText: string | undefined): Draft {
  return {
    method: request?.method ?? 'GET',
    target: request?.target ?? '/',
    headers: request?.headers ?? [],
    trailers: request?.trailers ?? [],
    body: bodyText,
    times: 1,
    to: { kind: 'same' },
    allowTruncated: false,
  }
}

/** What to ask the agent for: only what differs from the request as it was, so that the rest stays byte for byte. */
export function replayRequestOf(original: Draft, draft: Draft): ReplayRequest {
  const headers = draft.headers.filter(([name]) => name.trim() !== '')
  const trailers = draft.trailers.filter(([name]) => name.trim() !== '')
  return {
    ...(draft.times !== 1 && { times: draft.times }),
    ...(draft.to.kind === 'endpoint' && { endpoint: draft.to.name }),
    ...(draft.to.kind === 'upstream' && { upstream: draft.to.address.trim() }),
    ...(draft.allowTruncated && { allowTruncated: true }),
    ...(draft.method !== original.method && { method: draft.method.trim() }),
    ...(draft.target !== original.target && { target: draft.target.trim() }),
    ...(!sameHeaders(headers, original.headers) && { headers }),
    ...(!sameHeaders(trailers, original.trailers) && { trailers }),
    ...(draft.body !== undefined && draft.body !== original.body && { body: draft.body }),
  }
}

/** What keeps a draft from being sent, if anything does. */
export function draftProblem({ method, target, headers, trailers, times, to }: Draft): string | undefined {
  if (!isToken(method.trim())) return 'The method is no token'
  if (target.trim() === '' || /\s/.test(target.trim())) return 'The path is empty or has spaces in it'
  for (const [name, value] of [...headers, ...trailers]) {
    if (name.trim() !== '' && !isToken(name.trim())) return `"${name}" is no header name`
    if (/[\0\r\n]/.test(value)) return `The value of ${name} has a line break in it`
  }
  if (!Number.isInteger(times) || times < 1 || times > MAX_TIMES) return `It can be sent 1 to ${MAX_TIMES} times`
  if (to.kind === 'upstream' && to.address.trim() === '') return 'The address of the upstream is missing'
  return undefined
}

const isToken = (text: string): boolean => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text)

const sameHeaders = (a: readonly HeaderPair[], b: readonly HeaderPair[]): boolean =>
  a.length === b.length && a.every(([name, value], index) => name === b[index]?.[0] && value === b[index]?.[1])

import { DOMAIN } from '../harness/identity.ts'

export const HOST = `host.${DOMAIN}`

/** What the bytes of a case try to get past the edge: whoever sees it at the upstream was fooled. */
export const SMUGGLED = `GET /smuggled HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`

/** What becomes of a case. */
export type Verdict =
  /** Answered with this status and closed; the upstream sees nothing of it. */
  | { readonly refused: number }
  /** What the upstream understands, request by request, as `METHOD target "body"`. */
  | { readonly understood: readonly string[] }
  /** The visitor ended before its request did: no answer, and nothing that the upstream could take for whole. */
  | 'unanswered'

export interface RequestCase {
  readonly name: string
  readonly bytes: string
  readonly verdict: Verdict
  /** The visitor says no more after these bytes. Otherwise one more request follows, which is understood or refused with the rest. */
  readonly ends?: true
}

export const refused = (name: string, bytes: string, status = 400): RequestCase => ({
  name,
  bytes,
  verdict: { refused: status },
})

export const understood = (name: string, bytes: string, ...requests: string[]): RequestCase => ({
  name,
  bytes,
  verdict: { understood: requests },
})

/** A request with lines put in after its Host. */
export const withLines = (lines: string, body = '', method = 'POST', target = '/'): string =>
  `${method} ${target} HTTP/1.1\r\nHost: ${HOST}\r\n${lines === '' ? '' : `${lines}\r\n`}\r\n${body}`

export const chunked = (body: string): string => withLines('Transfer-Encoding: chunked', body)

import type { HeaderList, RequestHead, ResponseHead } from '@tunnel/http'
import type { FinalResponse, ForwardedRequest } from '@tunnel/traffic-policy'
import { reasonOf } from '../http/error-response.ts'
import type { RepeatedChange } from './repeated-change.ts'

/** The head as a policy sends it on. Its `host` stays the visitor's: `Visitor.hostHeader` says what the upstream sees. */
export function requestHeadAfter(
  head: RequestHead,
  { isChanged, target, headers, body }: ForwardedRequest,
  repeated: RepeatedChange<RequestHead>,
): RequestHead {
  if (!isChanged) return head
  if (body === undefined) {
    const last = repeated.recall(head, headers)
    return last?.target === target ? last : repeated.remember(head, { ...head, target, headers })
  }
  // The visitor has been asked for its body already.
  const fields = withoutFields(headers, (name) => name === 'expect')
  const contentLength = head.framing === 'length' ? body.length : 0
  return { ...head, target, headers: fields, contentLength, expectContinue: false }
}

/** The head of a response whose body goes on as it comes. */
export function streamedHeadAfter(
  head: ResponseHead,
  { isChanged, headers }: Pick<FinalResponse, 'isChanged' | 'headers'>,
  repeated: RepeatedChange<ResponseHead>,
): ResponseHead {
  if (!isChanged) return head
  return repeated.recall(head, headers) ?? repeated.remember(head, { ...head, headers })
}

/** The head that the visitor is sent, after the policy, for the answer to `method`. */
export function responseHeadAfter(
  head: ResponseHead,
  response: Pick<FinalResponse, 'status' | 'headers'>,
  method: string,
  body: { kind: 'changing' } | { kind: 'given'; bytes: number },
): ResponseHead {
  const { status, headers } = response
  const reason = status === head.status ? head.reason : reasonOf(status)
  const bodyless = method === 'HEAD' || status === 204 || status === 304
  const made = { ...head, status, reason, minorVersion: 1 as const, upgrade: undefined, bodyless, keepAlive: true }
  if (bodyless) return { ...made, headers, framing: 'none', contentLength: 0 }
  if (body.kind === 'changing') {
    const fields = withoutFields(headers, (name) => name === 'content-length')
    return { ...made, headers: fields, framing: 'chunked', contentLength: 0 }
  }
  return { ...made, headers: withLength(headers, body.bytes), framing: 'length', contentLength: body.bytes }
}

/** The head of an answer that has no upstream behind it. */
export const emptyHead: ResponseHead = {
  status: 200,
  reason: '',
  minorVersion: 1,
  headers: [],
  framing: 'length',
  contentLength: 0,
  keepAlive: true,
  upgrade: undefined,
  bodyless: false,
}

const ERROR_CODE_FIELDS: ReadonlySet<string> = new Set(['tunnel-error-code', 'ngrok-error-code'])

/** Without the fields that are the edge's word alone: rules must not take an upstream's for it (reference edge-and-api.md §2.16). */
export function withoutErrorCode(head: ResponseHead): ResponseHead {
  const { headers } = head
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] as string
    if ((name.length === 17 || name.length === 16) && ERROR_CODE_FIELDS.has(name.toLowerCase()))
      return { ...head, headers: withoutFields(headers, (lowerCase) => ERROR_CODE_FIELDS.has(lowerCase)) }
  }
  return head
}

function withLength(headers: HeaderList, bytes: number): HeaderList {
  const fields = withoutFields(headers, (name) => name === 'content-length' || name === 'transfer-encoding')
  fields.push('content-length', String(bytes))
  return fields
}

function withoutFields(headers: HeaderList, isDropped: (lowerCase: string) => boolean): HeaderList {
  const kept: HeaderList = []
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] as string
    if (!isDropped(name.toLowerCase())) kept.push(name, headers[at + 1] as string)
  }
  return kept
}

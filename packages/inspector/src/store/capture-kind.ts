import type { HeaderList, RequestHead, ResponseHead } from '@tunnel/http'
import type { CaptureKind } from '../contract/kinds.ts'

/** The first value of a header, empty without one. `name` is in lower case. */
export function headerValue(headers: HeaderList, name: string): string {
  for (let at = 0; at < headers.length; at += 2) {
    const candidate = headers[at] as string
    if (candidate.length === name.length && candidate.toLowerCase() === name) return headers[at + 1] as string
  }
  return ''
}

/** The media type without parameters, in lower case. */
export function mediaType(headers: HeaderList): string {
  return (headerValue(headers, 'content-type').split(';')[0] as string).trim().toLowerCase()
}

/** The last address of `X-Forwarded-For`: what the edge says, whatever the visitor claimed before it. */
export function visitorAddress(headers: HeaderList): string {
  const list = headerValue(headers, 'x-forwarded-for')
  return list.slice(list.lastIndexOf(',') + 1).trim()
}

/** What an exchange turns out to be, once its response has begun. */
export function kindOf(request: RequestHead, response: ResponseHead): CaptureKind {
  if (response.status === 101) return /^websocket$/i.test(request.upgrade ?? '') ? 'websocket' : 'http'
  if (!mayBeStream(headerValue(response.headers, 'content-type'))) return 'http'
  const type = mediaType(response.headers)
  if (type === 'text/event-stream') return 'sse'
  if (isGrpc(type)) return 'grpc'
  return 'http'
}

export function isGrpc(type: string): boolean {
  return type === 'application/grpc' || type.startsWith('application/grpc+')
}

/** `text/e`, `application/g`, or with whitespace before: every exchange is asked, and nearly all are neither. */
function mayBeStream(contentType: string): boolean {
  const letter = contentType.charCodeAt(contentType.indexOf('/') + 1) | 0x20
  return letter === 0x65 || letter === 0x67
}

/** Kinds whose bytes come bit by bit, with a time each. */
export function isStreamKind(kind: CaptureKind): boolean {
  return kind !== 'http'
}

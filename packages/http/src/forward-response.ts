import { isName } from './field-name.ts'
import type { HeaderList, ResponseHead } from './head.ts'
import { connectionNames, isHopByHop } from './hop-by-hop.ts'
import { isIdentityField } from './identity-field.ts'
import { type LocationRewrite, rewriteLocation } from './location.ts'
import { serializeFields } from './serialize.ts'

export interface ForwardResponseFacts {
  /** How the body goes on to the visitor; `close` ends the connection whatever `keepAlive` says. */
  framing: ResponseHead['framing']
  /**
   * The body's length in bytes, if `framing` is `length`.
   *
   * @default the head's own contentLength
   */
  contentLength?: number
  /** Whether the visitor's connection lives on. */
  keepAlive: boolean
  /** Maps `Location` back when the request's `Host` was rewritten. */
  locationRewrite?: LocationRewrite
  /** Fields that the proxy itself sets, valid already: they come last, error code fields included. */
  added?: HeaderList
}

/**
 * The head as the visitor is sent it, ready for `socket.write(head, 'latin1')`. Order, case and duplicates stay. Hop-by-hop fields, the
 * fields that `Connection` names, and error code fields, which are the edge's word alone, go; framing is written from `facts`, once.
 * The declared length of a body that is not sent (the answer to HEAD, 304) stays; 1xx and 204 have none.
 *
 * @see RFC 9110 §7.6
 */
export function forwardResponseHead(head: ResponseHead, facts: ForwardResponseFacts): string {
  const { headers } = head
  const dropped = connectionNames(headers)
  let fields = ''
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at]!
    const value = headers[at + 1]!
    if (isName(name, 'content-length')) {
      if (keepsDeclaredLength(head)) fields += `${name}: ${value}\r\n`
    } else if (isName(name, 'trailer')) {
      if (facts.framing === 'chunked') fields += `${name}: ${value}\r\n`
    } else if (isHopByHop(name) || isErrorCodeField(name) || dropped?.has(name.toLowerCase())) {
      // Ends with this leg.
    } else if (facts.locationRewrite && isName(name, 'location')) {
      fields += `${name}: ${rewriteLocation(value, facts.locationRewrite)}\r\n`
    } else {
      fields += `${name}: ${value}\r\n`
    }
  }
  const start = `HTTP/1.1 ${head.status} ${head.reason}\r\n`
  return `${start}${fields}${framingLine(head, facts)}${connectionLines(head, facts)}${serializeFields(facts.added ?? [])}\r\n`
}

/**
 * The trailers that may go on: without framing, routing and hop-by-hop fields, which mean nothing or mischief after a body, and
 * without error code fields.
 *
 * @see RFC 9110 §6.5.1
 */
export function forwardTrailers(trailers: HeaderList): HeaderList {
  const kept: HeaderList = []
  for (let at = 0; at < trailers.length; at += 2) {
    const name = trailers[at]!
    if (isHopByHop(name) || isErrorCodeField(name) || isIdentityField(name)) continue
    if (isName(name, 'content-length') || isName(name, 'host')) continue
    kept.push(name, trailers[at + 1]!)
  }
  return kept
}

/** What answers HEAD, and 304, say how long the body would be. */
export function keepsDeclaredLength(head: ResponseHead): boolean {
  return head.bodyless && head.status >= 200 && head.status !== 204
}

/** Only the edge says that the edge failed. */
export function isErrorCodeField(name: string): boolean {
  return isName(name, 'tunnel-error-code') || isName(name, 'ngrok-error-code')
}

function framingLine(head: ResponseHead, facts: ForwardResponseFacts): string {
  if (head.bodyless) return ''
  if (facts.framing === 'chunked') return 'Transfer-Encoding: chunked\r\n'
  if (facts.framing === 'close') return ''
  return `Content-Length: ${facts.framing === 'none' ? 0 : (facts.contentLength ?? head.contentLength)}\r\n`
}

function connectionLines(head: ResponseHead, facts: ForwardResponseFacts): string {
  const isOffer = head.upgrade !== undefined && (head.status === 101 || head.status === 426)
  const upgrade = isOffer ? `Upgrade: ${head.upgrade}\r\n` : ''
  const isLast = head.status >= 200 && (!facts.keepAlive || (facts.framing === 'close' && !head.bodyless))
  if (isOffer) return `${upgrade}Connection: upgrade${isLast ? ', close' : ''}\r\n`
  return isLast ? 'Connection: close\r\n' : ''
}

import { isErrorCodeField, keepsDeclaredLength } from './forward-response.ts'
import type { HeaderList, ResponseHead } from './head.ts'
import { connectionNames } from './hop-by-hop.ts'
import { isOfConnection } from './http2-fields.ts'
import { type LocationRewrite, rewriteLocation } from './location.ts'

export interface Http2ResponseFacts {
  /** Maps `Location` back when the request's `Host` was rewritten. */
  locationRewrite?: LocationRewrite | undefined
  /** Fields that the proxy itself sets, valid already: they come last, error code fields included. */
  added?: HeaderList | undefined
}

/**
 * The head of an HTTP/1.1 response as an HTTP/2 visitor is sent it: `:status`, then the fields in their order, with duplicates, names in lower case. What
 * `forwardResponseHead` drops is dropped, and `upgrade`; `content-length` says what the head's framing says, `trailer` stays.
 *
 * @see RFC 9113 §8.2, §8.3.2
 */
export function http2ResponseFields(
  head: ResponseHead,
  { locationRewrite, added }: Http2ResponseFacts = {},
): HeaderList {
  const { headers } = head
  const fields: HeaderList = [':status', String(head.status)]
  const dropped = connectionNames(headers)
  let length = declaredLength(head)
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at]!.toLowerCase()
    const value = headers[at + 1]!
    if (name === 'content-length') {
      if (length !== undefined) fields.push(name, keepsDeclaredLength(head) ? value : length)
      length = undefined
    } else if (isOfConnection(name) || isErrorCodeField(name) || dropped?.has(name)) {
      // Ends with this leg.
    } else if (locationRewrite && name === 'location') fields.push(name, rewriteLocation(value, locationRewrite))
    else fields.push(name, value)
  }
  if (length !== undefined && head.framing === 'length') fields.push('content-length', length)
  return added ? fields.concat(http2Names(added)) : fields
}

/** The same fields with names as HTTP/2 has them. */
export function http2Names(fields: HeaderList): HeaderList {
  return fields.map((part, at) => (at % 2 === 0 ? part.toLowerCase() : part))
}

/** What `content-length` may say, where it was said. */
function declaredLength(head: ResponseHead): string | undefined {
  if (head.bodyless) return keepsDeclaredLength(head) ? '' : undefined
  if (head.framing === 'length') return String(head.contentLength)
  return head.framing === 'none' ? '0' : undefined
}

import type { OutgoingHttpHeaders } from 'node:http2'
import { http2Fields, type RequestHead } from '@tunnel/http'

/** An HTTP/1.1 request head as `node:http2` sends it. An offer to upgrade is left out: an upstream may always ignore one (RFC 9110 §7.8). */
export function requestHeaders(head: RequestHead, scheme: 'http' | 'https'): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = http2Fields(head.headers)
  delete headers.host
  headers[':method'] = head.method
  headers[':scheme'] = scheme
  headers[':authority'] = head.host
  headers[':path'] = head.target
  if (acceptsTrailers(head)) headers.te = 'trailers'
  return headers
}

/** The edge writes `TE` only as `trailers`. */
export function acceptsTrailers({ headers }: RequestHead): boolean {
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] as string
    if (name.length === 2 && name.toLowerCase() === 'te') return true
  }
  return false
}

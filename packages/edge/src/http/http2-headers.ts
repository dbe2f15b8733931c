import type { OutgoingHttpHeaders } from 'node:http2'
import { type HeaderList, http2Fields, type LocationRewrite, rewriteLocation } from '@tunnel/http'

/** A response's fields as `node:http2` wants them. An upstream's error code header is dropped as on HTTP/1.1. */
export function http2Headers(
  status: number | undefined,
  fields: HeaderList,
  locationRewrite?: LocationRewrite,
): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = http2Fields(fields)
  delete headers['tunnel-error-code']
  delete headers['ngrok-error-code']
  if (locationRewrite && headers.location) headers.location = rewriteLocation(String(headers.location), locationRewrite)
  if (status !== undefined) headers[':status'] = status
  return headers
}

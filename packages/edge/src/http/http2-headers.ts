import type { OutgoingHttpHeaders } from 'node:http2'
import { type HeaderList, isHopByHop, rewriteLocation } from '@tunnel/http'

const ERROR_CODE_HEADERS: ReadonlySet<string> = new Set(['tunnel-error-code', 'ngrok-error-code'])

/**
 * A list of fields as `node:http2` wants it: lowercase names, repeated fields joined, nothing that belongs to an HTTP/1.1
 * connection (RFC 9113 §8.2.2). An upstream's error code header is dropped as on HTTP/1.1.
 */
export function http2Headers(
  status: number | undefined,
  fields: HeaderList,
  locationRewrite?: { fromHost: string; toOrigin: string },
): OutgoingHttpHeaders {
  // Without a prototype, fields may be called `constructor` as well.
  const headers: OutgoingHttpHeaders = Object.create(null) as OutgoingHttpHeaders
  if (status !== undefined) headers[':status'] = status
  const connection = connectionTokens(fields)
  for (let i = 0; i < fields.length; i += 2) {
    const name = (fields[i] as string).toLowerCase()
    if (isHopByHop(name) || connection.has(name) || ERROR_CODE_HEADERS.has(name)) continue
    const value =
      name === 'location' && locationRewrite
        ? rewriteLocation(fields[i + 1] as string, locationRewrite)
        : (fields[i + 1] as string)
    const existing = headers[name]
    if (name === 'set-cookie') headers[name] = existing === undefined ? [value] : [...(existing as string[]), value]
    // node:http2 throws when a field that should be single is a list; joined it means the same (RFC 9110 §5.3).
    else headers[name] = existing === undefined ? value : `${existing as string}, ${value}`
  }
  return headers
}

function connectionTokens(fields: HeaderList): ReadonlySet<string> {
  let tokens: Set<string> | undefined
  for (let i = 0; i < fields.length; i += 2) {
    if ((fields[i] as string).length !== 10 || (fields[i] as string).toLowerCase() !== 'connection') continue
    tokens ??= new Set()
    for (const token of (fields[i + 1] as string).split(',')) tokens.add(token.trim().toLowerCase())
  }
  return tokens ?? NO_TOKENS
}

const NO_TOKENS: ReadonlySet<string> = new Set()

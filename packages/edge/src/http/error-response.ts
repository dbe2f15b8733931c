import { STATUS_CODES } from 'node:http'
import type { HeaderList } from '@tunnel/http'
import { fieldOf } from './field.ts'

/** What went wrong for a visitor: a code of the catalogue and its words. */
export interface VisitorError {
  /** Number of `ERR_TUNNEL_<number>`; `undefined` for what has none in the catalogue (malformed HTTP). */
  number: number | undefined
  status: number
  title: string
  detail: string
  /** Fields that the answer has besides those of every error. */
  headers?: HeaderList | undefined
  /** A policy has decided so: it is an answer like any other to whoever sent the request on. */
  isDecision?: boolean
}

export interface ErrorBody {
  contentType: string
  body: string
}

export const ERROR_CODE_HEADER = 'Tunnel-Error-Code'

/** `ERR_TUNNEL_3200`, or `undefined`. */
export function errorCodeOf(error: VisitorError): string | undefined {
  return error.number === undefined ? undefined : `ERR_TUNNEL_${error.number}`
}

/** A page for browsers, JSON for who asks for it, text for all others (reference §2.16). */
export function errorBody(error: VisitorError, accept: string): ErrorBody {
  const code = errorCodeOf(error)
  if (accept.includes('text/html')) return { contentType: 'text/html; charset=utf-8', body: page(error, code) }
  if (accept.includes('application/json')) {
    const json = {
      error_code: code ?? '',
      status_code: error.status,
      msg: `${error.title} ${error.detail}`.trim(),
      details: {},
    }
    return { contentType: 'application/json', body: `${JSON.stringify(json)}\n` }
  }
  const lines = [error.title, error.detail, code].filter(Boolean)
  return { contentType: 'text/plain; charset=utf-8', body: `${lines.join('\n')}\n` }
}

/** Name, value, name, value … of an error response. */
export function errorHeaders(error: VisitorError, content: ErrorBody): string[] {
  const code = errorCodeOf(error)
  const headers = ['Content-Type', content.contentType, 'Content-Length', String(Buffer.byteLength(content.body))]
  headers.push('Cache-Control', 'no-store', 'Referrer-Policy', 'no-referrer')
  if (code) headers.push(ERROR_CODE_HEADER, code)
  if (error.headers) headers.push(...error.headers)
  if (fieldOf(headers, 'retry-after') !== '') return headers
  if (error.status === 503) headers.push('Retry-After', '5')
  if (error.status === 429) headers.push('Retry-After', '60')
  return headers
}

export function reasonOf(status: number): string {
  return STATUS_CODES[status] ?? 'Error'
}

function page(error: VisitorError, code: string | undefined): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(`${error.status} ${error.title}`)}</title>
<style>
:root { color-scheme: light dark }
body { font: 1.05rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 15vh auto 0; padding: 0 1.5rem }
h1 { font-size: 1.6rem; line-height: 1.3 }
code { opacity: .75 }
</style>
</head>
<body>
<h1>${escapeHtml(error.title)}</h1>
<p>${escapeHtml(error.detail)}</p>
<p><code>${escapeHtml(code ?? `${error.status} ${reasonOf(error.status)}`)}</code></p>
</body>
</html>
`
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] as string)
}

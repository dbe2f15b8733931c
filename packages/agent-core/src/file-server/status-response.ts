import type { IncomingMessage, ServerResponse } from 'node:http'
import { statusPage } from './pages.ts'

/** A small page instead of a file. */
export function sendStatus(request: IncomingMessage, response: ServerResponse, status: number, detail: string): void {
  sendPage(request, response, status, statusPage(status, detail))
}

/** A page that is made here and has nothing to fetch or to run. */
export function sendPage(request: IncomingMessage, response: ServerResponse, status: number, page: string): void {
  response.removeHeader('ETag')
  response.removeHeader('Last-Modified')
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(page),
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
  })
  response.end(request.method === 'HEAD' ? undefined : page)
}

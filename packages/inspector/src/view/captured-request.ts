import type { HeaderList } from '@tunnel/http'
import { serializeRequestHead, serializeResponseHead, serializeTrailers } from '@tunnel/http'
import type { CapturedRequest } from '../contract/captured-request.ts'
import type { Capture } from '../store/capture.ts'

/** A capture as the reference's client API shows it (agent.md §4.6). */
export function capturedRequestOf(capture: Capture): CapturedRequest | undefined {
  const { requestHead, responseHead, startMs, endMs } = capture
  if (!requestHead) return undefined
  return {
    uri: `/api/requests/http/${capture.id}`,
    id: capture.id,
    tunnel_name: capture.source.name,
    remote_addr: capture.remoteAddress,
    start: localTimestamp(new Date(capture.startedAt)),
    duration: endMs === undefined ? 0 : Math.round((endMs - startMs) * 1e6),
    request: {
      method: requestHead.method,
      proto: `HTTP/1.${requestHead.minorVersion}`,
      headers: headerMap(requestHead.headers),
      uri: requestHead.target,
      raw: rawOf(capture, 'request'),
    },
    response: responseHead
      ? {
          status: `${responseHead.status} ${responseHead.reason}`.trim(),
          status_code: responseHead.status,
          proto: `HTTP/1.${responseHead.minorVersion}`,
          headers: headerMap(responseHead.headers),
          raw: rawOf(capture, 'response'),
        }
      : null,
  }
}

/** Head and body as they were on the wire, but that a chunked body is one chunk for each that was stored. */
function rawOf(capture: Capture, direction: 'request' | 'response'): string {
  const { requestHead, responseHead } = capture
  const head = direction === 'request' ? requestHead : responseHead
  if (!head) return ''
  const text =
    'method' in head
      ? serializeRequestHead(head.method, head.target, head.headers)
      : serializeResponseHead(head.status, head.reason, head.headers)
  const trailers = direction === 'request' ? capture.requestTrailers : capture.responseTrailers
  const body = capture.bodiesHeld ? Buffer.alloc(0) : capture.body(direction).read()
  const parts = [Buffer.from(text, 'latin1'), ...(head.framing === 'chunked' ? chunked(body, trailers) : [body])]
  return Buffer.concat(parts).toString('base64')
}

function chunked(body: Buffer, trailers: HeaderList | undefined): Buffer[] {
  const size = body.length > 0 ? [Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')] : []
  return [...size, Buffer.from(serializeTrailers(trailers ?? []), 'latin1')]
}

/** Names as Go's `http.Header` writes them, which clients of the reference look up. */
function headerMap(headers: HeaderList): Record<string, string[]> {
  const map = new Map<string, string[]>()
  for (let at = 0; at < headers.length; at += 2) {
    const name = canonicalName(headers[at] as string)
    const values = map.get(name)
    if (values) values.push(headers[at + 1] as string)
    else map.set(name, [headers[at + 1] as string])
  }
  return Object.fromEntries(map)
}

function canonicalName(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())
}

/** `2014-12-15T20:32:07-08:00` */
export function localTimestamp(date: Date): string {
  const offset = -date.getTimezoneOffset()
  const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 19)
  const two = (value: number) => String(Math.abs(Math.trunc(value))).padStart(2, '0')
  return `${local}${offset < 0 ? '-' : '+'}${two(offset / 60)}:${two(offset % 60)}`
}

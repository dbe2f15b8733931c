import type { HeaderList } from './head.ts'

/** The last chunk of a body without trailers. */
export const LAST_CHUNK = '0\r\n\r\n'

/** A request head, ready for `socket.write(head, 'latin1')`. Checks nothing: what comes from outside goes through `validateHeader` first. */
export function serializeRequestHead(method: string, target: string, headers: HeaderList): string {
  return `${method} ${target} HTTP/1.1\r\n${serializeFields(headers)}\r\n`
}

/** A response head, ready for `socket.write(head, 'latin1')`. Checks nothing. */
export function serializeResponseHead(status: number, reason: string, headers: HeaderList): string {
  return `HTTP/1.1 ${status} ${reason}\r\n${serializeFields(headers)}\r\n`
}

/** The line before a chunk's data; CRLF comes after the data. A size of 0 would end the body: use `LAST_CHUNK`. */
export function chunkHead(size: number): string {
  return `${size.toString(16)}\r\n`
}

/** The last chunk with these trailers. */
export function serializeTrailers(trailers: HeaderList): string {
  return `0\r\n${serializeFields(trailers)}\r\n`
}

/** The field lines alone, each with its line end. */
export function serializeFields(headers: HeaderList): string {
  let lines = ''
  for (let at = 0; at < headers.length; at += 2) lines += `${headers[at]!}: ${headers[at + 1]!}\r\n`
  return lines
}

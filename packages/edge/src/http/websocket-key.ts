import { randomBytes } from 'node:crypto'
import { type HeaderList, webSocketAcceptOf } from '@tunnel/http'
import { fieldOf } from './field.ts'

const FIELD = 'sec-websocket-key'

/** Puts the key of an HTTP/1.1 handshake into a request that has none: HTTP/2 needs none (RFC 8441 §5). */
export function addWebSocketKey(headers: HeaderList): void {
  for (let at = headers.length - 2; at >= 0; at -= 2) if (headers[at] === FIELD) headers.splice(at, 2)
  headers.push(FIELD, randomBytes(16).toString('base64'))
}

/** Whether a response proves that its sender has understood the handshake: over HTTP/2 the visitor cannot tell. */
export function acceptsWebSocket(request: HeaderList, response: HeaderList): boolean {
  return fieldOf(response, 'sec-websocket-accept') === webSocketAcceptOf(fieldOf(request, FIELD))
}

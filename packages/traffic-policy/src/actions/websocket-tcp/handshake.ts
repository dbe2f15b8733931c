import { createHash } from 'node:crypto'
import type { HeaderList } from '@tunnel/http'
import { ActionError } from '../action-error.ts'
import { fieldValues, firstField } from '../header-fields.ts'

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** 16 bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/

export interface WebSocketUpgrade {
  method: string
  headers: HeaderList
}

/**
 * The fields of the 101 that accepts a WebSocket. No extension and no subprotocol is agreed on.
 *
 * @param isOriginAllowed Asked about `Origin` if there is one.
 * @throws ActionError `ERR_TUNNEL_3206` if the request is no WebSocket upgrade of version 13, `ERR_TUNNEL_3213` for its origin.
 * @see RFC 6455 §4.2, Reference §4.27
 */
export function acceptWebSocket(
  { method, headers }: WebSocketUpgrade,
  isOriginAllowed: (origin: string) => boolean = () => true,
): HeaderList {
  const keys = fieldValues(headers, 'sec-websocket-key')
  const isUpgrade =
    method === 'GET' && hasMember(headers, 'upgrade', 'websocket') && hasMember(headers, 'connection', 'upgrade')
  if (!isUpgrade || firstField(headers, 'sec-websocket-version') !== '13' || keys.length !== 1 || !KEY.test(keys[0]!))
    throw new ActionError('ERR_TUNNEL_3206', 'request is not a WebSocket upgrade of version 13')
  const origin = firstField(headers, 'origin')
  if (origin !== undefined && !isOriginAllowed(origin))
    throw new ActionError('ERR_TUNNEL_3213', 'origin of the WebSocket is not allowed')
  const accept = createHash('sha1')
    .update(keys[0]! + GUID)
    .digest('base64')
  return ['Upgrade', 'websocket', 'Connection', 'Upgrade', 'Sec-WebSocket-Accept', accept]
}

function hasMember(headers: HeaderList, name: string, member: string): boolean {
  return fieldValues(headers, name).some((value) =>
    value.split(',').some((text) => text.trim().toLowerCase() === member),
  )
}

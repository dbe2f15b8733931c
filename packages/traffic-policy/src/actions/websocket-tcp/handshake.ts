import { type HeaderList, type RequestHead, webSocketAcceptOf } from '@tunnel/http'
import { ActionError } from '../action-error.ts'
import { fieldValues, firstField } from '../header-fields.ts'

/** 16 bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/

/** What of a request's head says whether it opens a WebSocket. */
export type WebSocketUpgrade = Pick<RequestHead, 'method' | 'upgrade' | 'framing' | 'headers'>

/**
 * The fields of the 101 that accepts a WebSocket, besides `Upgrade` and `Connection`. No extension is agreed on; of the subprotocols that the
 * client offers the one of bytes, `binary`, else the first: Chrome gives up where it has offered some and none is taken.
 *
 * @param isOriginAllowed Asked about `Origin` if there is one.
 * @throws ActionError `ERR_TUNNEL_3206` if the request is no WebSocket upgrade of version 13, or has a body; `ERR_TUNNEL_3213` for its origin.
 * @see RFC 6455 §4.2, Reference §4.27
 */
export function acceptWebSocket(
  { method, upgrade, framing, headers }: WebSocketUpgrade,
  isOriginAllowed: (origin: string) => boolean = () => true,
): HeaderList {
  const keys = fieldValues(headers, 'sec-websocket-key')
  const isUpgrade = method === 'GET' && framing === 'none' && hasMember(upgrade, 'websocket')
  if (!isUpgrade || firstField(headers, 'sec-websocket-version') !== '13' || keys.length !== 1 || !KEY.test(keys[0]!))
    throw new ActionError('ERR_TUNNEL_3206', 'request is not a WebSocket upgrade of version 13')
  const origin = firstField(headers, 'origin')
  if (origin !== undefined && !isOriginAllowed(origin))
    throw new ActionError('ERR_TUNNEL_3213', 'origin of the WebSocket is not allowed')
  const protocol = subprotocolOf(headers)
  const accept = ['Sec-WebSocket-Accept', webSocketAcceptOf(keys[0]!)]
  return protocol === undefined ? accept : [...accept, 'Sec-WebSocket-Protocol', protocol]
}

function hasMember(list: string | undefined, member: string): boolean {
  return list !== undefined && membersOf(list).some((text) => text.toLowerCase() === member)
}

function subprotocolOf(headers: HeaderList): string | undefined {
  const offered = fieldValues(headers, 'sec-websocket-protocol').flatMap(membersOf)
  return offered.includes('binary') ? 'binary' : offered[0]
}

const membersOf = (list: string): string[] =>
  list
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')

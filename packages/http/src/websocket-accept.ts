import { createHash } from 'node:crypto'

/** RFC 6455 §1.3 */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/**
 * What `Sec-WebSocket-Accept` has to be for a `Sec-WebSocket-Key`.
 *
 * @see RFC 6455 §4.2.2
 */
export function webSocketAcceptOf(key: string): string {
  return createHash('sha1')
    .update(key + GUID)
    .digest('base64')
}

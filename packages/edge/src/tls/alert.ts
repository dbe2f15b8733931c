import type { Socket } from 'node:net'

/** Descriptions of RFC 8446 §6.2. */
export const alerts = { decodeError: 50, unrecognizedName: 112 } as const

/** Tells a client why, before there is any encryption, and closes. */
export function refuseWithAlert(socket: Socket, description: (typeof alerts)[keyof typeof alerts]): void {
  // What it sends meanwhile is read and dropped: unread bytes would turn the end into a reset, and the alert would be lost.
  socket.resume()
  // u8 alert (21) + u16 version 3.3 + u16 length 2, then u8 fatal (2) + u8 description.
  socket.end(Buffer.of(21, 3, 3, 0, 2, 2, description), () => socket.destroySoon())
}

import type { Socket } from 'node:net'

/** The peer's IP address; an IPv4 address that arrived on an IPv6 socket is shown as IPv4. */
export function addressOf(socket: Socket): string {
  const address = socket.remoteAddress ?? ''
  return address.startsWith('::ffff:') ? address.slice(7) : address
}

/** `address:port`, IPv6 in brackets. */
export function addressAndPortOf(socket: Socket): string {
  const address = addressOf(socket)
  return `${address.includes(':') ? `[${address}]` : address}:${socket.remotePort ?? 0}`
}

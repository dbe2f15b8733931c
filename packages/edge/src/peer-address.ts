import type { Socket } from 'node:net'

/** Both ends of a visitor connection, each as `address:port`, IPv6 in brackets. */
export interface ConnectionEnds {
  readonly visitorAddress: string
  readonly localAddress: string
}

/** One end of a connection. */
export interface PeerAddress {
  readonly address: string
  readonly port: number
}

/** Who connected and where, as a load balancer in front of the edge says it. */
export interface StatedEnds {
  readonly visitor: PeerAddress
  readonly local: PeerAddress
}

const stated = new Map<string, StatedEnds>()

/**
 * From now on `socket` has these ends, until it closes. They are kept by the connection's real addresses, which no other open connection
 * has: that way the TLS socket on top of it is known too.
 */
export function stateEnds(socket: Socket, ends: StatedEnds): void {
  const key = connectionKey(socket)
  stated.set(key, ends)
  socket.once('close', () => stated.delete(key))
}

/** The peer's IP address; an IPv4 address that arrived on an IPv6 socket is shown as IPv4. */
export function addressOf(socket: Socket): string {
  return plainAddress(statedEnds(socket)?.visitor.address ?? socket.remoteAddress)
}

export function endsOf(socket: Socket): ConnectionEnds {
  const { visitor, local } = statedEnds(socket) ?? {}
  return {
    visitorAddress: withPort(visitor?.address ?? socket.remoteAddress, visitor?.port ?? socket.remotePort),
    localAddress: withPort(local?.address ?? socket.localAddress, local?.port ?? socket.localPort),
  }
}

/** The same as plain values. */
export function peersOf(socket: Socket): StatedEnds {
  const { visitor, local } = statedEnds(socket) ?? {}
  return {
    visitor: peer(visitor?.address ?? socket.remoteAddress, visitor?.port ?? socket.remotePort),
    local: peer(local?.address ?? socket.localAddress, local?.port ?? socket.localPort),
  }
}

const peer = (address: string | undefined, port = 0): PeerAddress => ({ address: plainAddress(address), port })

function statedEnds(socket: Socket): StatedEnds | undefined {
  return stated.size === 0 ? undefined : stated.get(connectionKey(socket))
}

/** What no other open connection has. */
export function connectionKey({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`
}

function withPort(address: string | undefined, port: number | undefined): string {
  const plain = plainAddress(address)
  return `${plain.includes(':') ? `[${plain}]` : plain}:${port ?? 0}`
}

function plainAddress(address = ''): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address
}

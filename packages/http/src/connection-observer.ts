/** `request`: from the visitor to the upstream. `response`: back. */
export type ByteDirection = 'request' | 'response'

/** Puts bytes into a connection that is relayed, behind those that have passed. Does nothing once that side has ended. */
export type ByteInjector = (direction: ByteDirection, bytes: Buffer) => void

/** A tap on one connection whose bytes are not read. The rules of an `ExchangeObserver` hold. */
export interface ConnectionObserver {
  /** The upstream is connected. */
  onConnected(atMs: number): void
  onBytes(direction: ByteDirection, chunk: Buffer): void
  onEnd(direction: ByteDirection, atMs: number): void
  /** At most once, as the last call. */
  onFailure(code: string, atMs: number): void
}

/** Whose connection it is. */
export interface ConnectionFacts {
  /** `address:port` of the visitor. */
  visitorAddress: string
  /** `tls`: the visitor's own, which nobody on the way opened. */
  protocol: 'raw' | 'tls'
  /** The name that the visitor asked for by SNI, empty if none. */
  serverName: string
}

/** Asked once for each connection. `undefined`: not this one. */
export type ObserveConnection = (facts: ConnectionFacts) => ConnectionObserver | undefined

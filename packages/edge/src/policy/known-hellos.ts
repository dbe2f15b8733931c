import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { connectionKey } from '../peer-address.ts'
import type { ConnectionPolicies } from './connection-policies.ts'

/**
 * Connections whose beginning was read for a policy. They are known by the connection's real addresses: the TLS socket on top of it does not
 * say whose it is.
 */
export class KnownHellos {
  readonly #byConnection = new Map<string, ConnectionPolicies>()

  set(socket: Socket, policies: ConnectionPolicies): void {
    const key = connectionKey(socket)
    this.#byConnection.set(key, policies)
    socket.once('close', () => this.#byConnection.delete(key))
  }

  /** What is known of a connection, which is now `socket`. */
  take(socket: Socket): ConnectionPolicies | undefined {
    if (this.#byConnection.size === 0) return undefined
    const policies = this.#byConnection.get(connectionKey(socket))
    if (policies && socket instanceof TLSSocket) policies.secured(socket)
    return policies
  }
}

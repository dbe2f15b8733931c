import type { Socket } from 'node:net'
import type { EdgeLimits } from '../limits.ts'
import { connectionKey } from '../peer-address.ts'

/**
 * Connections that came while the edge takes none, and are to be told so. They are known by their real addresses: the TLS socket on top
 * of one does not say whose it is.
 */
export class TurnedAway {
  readonly #keys = new Set<string>()

  /** `false`: there are as many as there may be, and who comes now is told nothing. */
  add(socket: Socket, { maxRefusedConnections, refusalTimeoutMs }: EdgeLimits): boolean {
    if (this.#keys.size >= maxRefusedConnections) return false
    const key = connectionKey(socket)
    this.#keys.add(key)
    const timer = setTimeout(() => socket.destroy(), refusalTimeoutMs).unref()
    socket.once('close', () => {
      clearTimeout(timer)
      this.#keys.delete(key)
    })
    return true
  }

  has(socket: Socket): boolean {
    return this.#keys.size > 0 && this.#keys.has(connectionKey(socket))
  }
}

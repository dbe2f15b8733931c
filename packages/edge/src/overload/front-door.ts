import type { Socket } from 'node:net'
import type { EdgeLimits } from '../limits.ts'
import type { EdgeObserver } from '../observation/edge-observer.ts'
import { addressOf, connectionKey } from '../peer-address.ts'
import type { EdgeLog } from '../ports.ts'
import { AddressCounts } from './address-counts.ts'
import type { Overload } from './overload.ts'

/** Decides about connections when nothing is known of them but where they come from. */
export class FrontDoor {
  readonly #limits: EdgeLimits
  readonly #log: EdgeLog
  readonly #overload: Overload
  readonly #observer: EdgeObserver | undefined
  readonly #addresses = new AddressCounts()
  /** What takes a connection out of the count of its address, while it is open and counted. */
  readonly #counted = new Map<string, () => void>()

  constructor(parts: {
    limits: EdgeLimits
    log: EdgeLog
    overload: Overload
    observer?: EdgeObserver | undefined
  }) {
    this.#limits = parts.limits
    this.#log = parts.log
    this.#overload = parts.overload
    this.#observer = parts.observer
  }

  /**
   * Whether a connection may come in; it is closed otherwise. `canAnswer`: it can be told why, and may come in for that while there are
   * not too many of its kind.
   */
  letsIn(socket: Socket, canAnswer: boolean): boolean {
    if (this.#hasRoomFor(socket) && this.#admits(socket, canAnswer)) return true
    this.#observer?.refused?.({ what: 'connection', code: undefined })
    socket.destroy()
    return false
  }

  /** It is an agent's, and no visitor connection. */
  leaveOut(socket: Socket): void {
    this.#forget(connectionKey(socket))
  }

  #forget(key: string): void {
    this.#counted.get(key)?.()
    this.#counted.delete(key)
  }

  #hasRoomFor(socket: Socket): boolean {
    const max = this.#limits.maxConnectionsPerAddress
    if (max === 0) return true
    const address = addressOf(socket)
    const remove = this.#addresses.add(address, max)
    if (!remove) {
      this.#overload.refused.connectionsOfAddress++
      if (this.#addresses.isNews(address)) {
        this.#log.info(
          { remoteAddress: address, maxConnectionsPerAddress: max },
          'connections of an address are refused',
        )
      }
      return false
    }
    const key = connectionKey(socket)
    this.#counted.set(key, remove)
    socket.once('close', () => this.#forget(key))
    return true
  }

  #admits(socket: Socket, canAnswer: boolean): boolean {
    if (this.#overload.takesConnections) return true
    this.#overload.refused.connections++
    return canAnswer && this.#overload.turnedAway.add(socket, this.#limits)
  }
}

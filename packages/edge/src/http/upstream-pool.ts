import type { Endpoint } from '../endpoints/endpoint.ts'
import type { EdgeLimits } from '../limits.ts'
import type { EndpointRoom } from '../overload/endpoint-room.ts'
import type { Overload } from '../overload/overload.ts'
import type { ConnectionEnds } from '../peer-address.ts'
import { turnTimeMs } from '../turn-time.ts'
import { UpstreamConnection } from './upstream-connection.ts'

/** How often idle connections are looked at. Coarse: it only has to stay well under a second of {@link EdgeLimits.upstreamKeepAliveMs}. */
const SWEEP_MS = 250

/** What connections to upstreams have of their edge. */
export interface UpstreamPath {
  readonly limits: EdgeLimits
  readonly overload: Overload
  readonly room: EndpointRoom
}

/** The kept-alive connections to one endpoint's upstream; the one used last is used next, so that the others age. */
export class UpstreamPool {
  readonly endpoint: Endpoint
  readonly #limits: EdgeLimits
  readonly #overload: Overload
  readonly #room: EndpointRoom
  readonly #poolOf: (endpoint: Endpoint) => UpstreamPool
  readonly #idle: UpstreamConnection[] = []
  #sweeper: NodeJS.Timeout | undefined
  #closed = false

  constructor(endpoint: Endpoint, path: UpstreamPath, poolOf: (endpoint: Endpoint) => UpstreamPool) {
    this.endpoint = endpoint
    this.#limits = path.limits
    this.#overload = path.overload
    this.#room = path.room
    this.#poolOf = poolOf
  }

  /** The connections of another endpoint at the same address, none of `tried`. */
  alternative(tried: readonly Endpoint[]): UpstreamPool | undefined {
    const other = this.endpoint.pool?.alternative(tried)
    return other && this.#poolOf(other)
  }

  get idleCount(): number {
    return this.#idle.length
  }

  /**
   * A connection that has been idle for less than `maxIdleMs`, or a new one. Throws what {@link AgentSession.openStream} throws, and 714 where
   * as many requests run as may, the one that asks being counted already.
   */
  take(visitor: { ends(): ConnectionEnds }, maxIdleMs: number): UpstreamConnection {
    this.#room.assert(this.endpoint.running - 1)
    if (this.endpoint.proxyProtocol !== undefined) return this.#takeOwn(visitor.ends(), maxIdleMs)
    const latest = this.#idle.at(-1)
    if (latest && isFresh(latest, maxIdleMs)) {
      this.#idle.pop()
      return latest
    }
    return new UpstreamConnection(this.endpoint, this.#limits, visitor.ends(), this.#onIdleLost)
  }

  /** The upstream has been told whose connection it is: another visitor's request would be taken for theirs. */
  #takeOwn(ends: ConnectionEnds, maxIdleMs: number): UpstreamConnection {
    const at = this.#idle.findLastIndex((idle) => isSame(idle.ends, ends))
    const latest = this.#idle[at]
    if (latest && isFresh(latest, maxIdleMs)) {
      this.#idle.splice(at, 1)
      return latest
    }
    return new UpstreamConnection(this.endpoint, this.#limits, ends, this.#onIdleLost)
  }

  /** Gives back a connection whose exchange is over. */
  release(connection: UpstreamConnection): void {
    if (!connection.finish() || this.#closed || connection.keepAliveMs === 0) return connection.destroy()
    if (this.#idle.length >= this.#limits.maxIdleStreamsPerEndpoint) return connection.destroy()
    if (!this.#overload.keepsConnections) return connection.destroy()
    connection.idleSinceMs = turnTimeMs()
    this.#idle.push(connection)
    this.#sweeper ??= setInterval(this.#sweep, SWEEP_MS).unref()
  }

  close(): void {
    this.#closed = true
    for (const connection of this.#idle.splice(0)) connection.destroy()
    this.#stopSweeper()
  }

  readonly #onIdleLost = (connection: UpstreamConnection): void => {
    const index = this.#idle.indexOf(connection)
    if (index >= 0) this.#idle.splice(index, 1)
  }

  /** The oldest are in front; hints of the upstream differ little within one endpoint. */
  readonly #sweep = (): void => {
    const now = performance.now()
    let expired = 0
    while (expired < this.#idle.length) {
      const connection = this.#idle[expired] as UpstreamConnection
      if (now - connection.idleSinceMs < connection.keepAliveMs) break
      expired++
    }
    for (const connection of this.#idle.splice(0, expired)) connection.destroy()
    if (this.#idle.length === 0) this.#stopSweeper()
  }

  #stopSweeper(): void {
    clearInterval(this.#sweeper)
    this.#sweeper = undefined
  }
}

function isFresh(idle: UpstreamConnection, maxIdleMs: number): boolean {
  return maxIdleMs === Number.POSITIVE_INFINITY || turnTimeMs() - idle.idleSinceMs < maxIdleMs
}

function isSame(one: ConnectionEnds, other: ConnectionEnds): boolean {
  return one.visitorAddress === other.visitorAddress && one.localAddress === other.localAddress
}

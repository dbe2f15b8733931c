import { isIP, type Socket } from 'node:net'
import type { RequestHead } from '@tunnel/http'
import type { Absences } from '../endpoints/absences.ts'
import type { Endpoint, EndpointScheme } from '../endpoints/endpoint.ts'
import type { EndpointRegistry } from '../endpoints/registry.ts'
import type { EdgeLimits } from '../limits.ts'
import { OpenVisitors } from '../open-visitors.ts'
import { Exchange } from './exchange.ts'
import { UpstreamPool } from './upstream-pool.ts'
import type { Visitor } from './visitor.ts'

/** What every visitor connection of an edge has in common: where hosts lead, pools, limits, the edge's own host. */
export class DataPath {
  readonly limits: EdgeLimits
  readonly visitors = new OpenVisitors()
  /** The edge is going: connections close after their running exchange. */
  draining = false
  readonly #registry: EndpointRegistry
  readonly #absences: Absences
  readonly #edgeHost: string
  readonly #pools = new Map<Endpoint, UpstreamPool>()
  readonly serveOwnHost: (socket: Socket) => void

  constructor(options: {
    limits: EdgeLimits
    registry: EndpointRegistry
    absences: Absences
    edgeHost: string
    serveOwnHost: (socket: Socket) => void
  }) {
    this.limits = options.limits
    this.#registry = options.registry
    this.#absences = options.absences
    this.#edgeHost = options.edgeHost
    this.serveOwnHost = options.serveOwnHost
  }

  /** Who answers for a Host header. Its port is not compared: a load balancer may have changed it. */
  route(scheme: 'http' | 'https', authority: string): Endpoint | 'own-host' | undefined {
    const host = hostOf(authority)
    // First: a wildcard over the edge's own host would be given the authtokens of agents that come over WebSocket.
    if (host === this.#edgeHost) return 'own-host'
    // Who dials an address means the edge: no endpoint has one for a name.
    return this.#registry.match(scheme, host) ?? (isAddress(host) ? 'own-host' : this.#absences.match(scheme, host))
  }

  /**
   * Who answers for an internal address of an account (`https://name.internal`), which nothing public leads to. `host` is lowercase;
   * `port`: the scheme's own when left out.
   */
  routeInternal(accountId: string, scheme: EndpointScheme, host: string, port?: number): Endpoint | undefined {
    return this.#registry.matchInternal(accountId, scheme, host, port)
  }

  createExchange(visitor: Visitor, endpoint: Endpoint, head: RequestHead, onOver: () => void): Exchange {
    return new Exchange(visitor, endpoint, this.#poolOf(endpoint), this.limits, head, onOver)
  }

  readonly #poolOf = (endpoint: Endpoint): UpstreamPool => {
    let pool = this.#pools.get(endpoint)
    if (!pool) {
      pool = new UpstreamPool(endpoint, this.limits, this.#poolOf)
      this.#pools.set(endpoint, pool)
    }
    return pool
  }

  /** The endpoint went away. */
  dropPool(endpoint: Endpoint): void {
    this.#pools.get(endpoint)?.close()
    this.#pools.delete(endpoint)
  }
}

/** Whether a lowercase host is an IP address; IPv6 is in brackets there. */
export function isAddress(host: string): boolean {
  return isIP(host.startsWith('[') ? host.slice(1, -1) : host) !== 0
}

/** Lowercase host of `host[:port]`. The parser has checked the grammar. */
export function hostOf(authority: string): string {
  const colon = authority.charCodeAt(0) === 0x5b ? authority.indexOf(']:') + 1 : authority.indexOf(':')
  const host = colon > 0 ? authority.slice(0, colon) : authority
  return host.toLowerCase()
}

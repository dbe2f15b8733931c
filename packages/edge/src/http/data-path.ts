import { isIP, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { originForm, type RequestHead } from '@tunnel/http'
import type { PolicyEvents, TlsSettings } from '@tunnel/traffic-policy'
import type { Absences } from '../endpoints/absences.ts'
import type { Endpoint, EndpointScheme } from '../endpoints/endpoint.ts'
import type { EndpointRegistry } from '../endpoints/registry.ts'
import type { EdgeLimits } from '../limits.ts'
import type { EdgeObserver } from '../observation/edge-observer.ts'
import { OpenVisitors } from '../open-visitors.ts'
import { EndpointRoom } from '../overload/endpoint-room.ts'
import { Overload } from '../overload/overload.ts'
import { ConnectionPolicies, type HelloFacts } from '../policy/connection-policies.ts'
import { endTls } from '../policy/end-tls.ts'
import { KnownHellos } from '../policy/known-hellos.ts'
import { PolicedExchange } from '../policy/policed-exchange.ts'
import type { HelloPath } from '../policy/policed-hello.ts'
import { logPolicyEvents } from '../policy/policy-log.ts'
import type { PolicyReport } from '../policy/policy-options.ts'
import type { PolicyPath } from '../policy/policy-path.ts'
import { type CertificateSource, type EdgeLog, silentLog } from '../ports.ts'
import type { SecuredFor } from '../tls/secured-for.ts'
import { WebSocketTcpExchange } from '../websocket-tcp/websocket-tcp-exchange.ts'
import type { VisitorError } from './error-response.ts'
import { Exchange } from './exchange.ts'
import { UpstreamPool } from './upstream-pool.ts'
import type { Visitor } from './visitor.ts'
import { misdirected, noServerName } from './visitor-errors.ts'
import type { VisitorExchange } from './visitor-exchange.ts'

/** What every visitor connection of an edge has in common: where hosts lead, pools, limits, the edge's own host. */
export class DataPath implements PolicyPath, HelloPath {
  readonly limits: EdgeLimits
  readonly visitors = new OpenVisitors()
  readonly overload: Overload
  readonly room: EndpointRoom
  /** The edge is going: connections close after their running exchange. */
  draining = false
  /** Whether http of a host that has only https leads there (reference §1.12). */
  autoHttpsRedirect: boolean
  readonly #registry: EndpointRegistry
  readonly #absences: Absences
  /** Of the last request; the next one is for the same host, most times. */
  #authority = ''
  #host = ''
  readonly #edgeHost: string
  readonly #sharesCertificate: (one: string, other: string) => boolean
  readonly log: EdgeLog
  readonly observer: EdgeObserver | undefined
  /** Connections whose ClientHello was read for a policy. */
  readonly #hellos = new KnownHellos()
  readonly #region: string
  readonly #certificates: CertificateSource
  readonly #onEvents: ((report: PolicyReport) => void) | undefined
  readonly #pools = new Map<Endpoint, UpstreamPool>()
  readonly serveOwnHost: (socket: Socket) => void

  constructor(options: {
    limits: EdgeLimits
    registry: EndpointRegistry
    absences: Absences
    edgeHost: string
    certificates: CertificateSource
    region?: string
    log?: EdgeLog
    observer?: EdgeObserver | undefined
    onPolicyEvents?: ((report: PolicyReport) => void) | undefined
    autoHttpsRedirect?: boolean | undefined
    /** Whether two hosts are shown with one certificate. */
    sharesCertificate?: (one: string, other: string) => boolean
    overload?: Overload
    serveOwnHost: (socket: Socket) => void
  }) {
    this.limits = options.limits
    this.overload = options.overload ?? new Overload()
    this.room = new EndpointRoom(this.limits, this.overload.refused)
    this.#registry = options.registry
    this.#absences = options.absences
    this.#edgeHost = options.edgeHost
    this.#certificates = options.certificates
    this.#region = options.region ?? ''
    this.log = options.log ?? silentLog
    this.observer = options.observer
    this.#onEvents = options.onPolicyEvents
    this.autoHttpsRedirect = options.autoHttpsRedirect ?? false
    this.#sharesCertificate = options.sharesCertificate ?? (() => true)
    this.serveOwnHost = options.serveOwnHost
  }

  /** Who answers for a Host header. Its port is not compared: a load balancer may have changed it. */
  route(scheme: 'http' | 'https', authority: string): Endpoint | 'own-host' | undefined {
    if (authority !== this.#authority) {
      this.#authority = authority
      this.#host = hostOf(authority)
    }
    const host = this.#host
    // First: a wildcard over the edge's own host would be given the authtokens of agents that come over WebSocket.
    if (host === this.#edgeHost) return 'own-host'
    // Who dials an address means the edge: no endpoint has one for a name.
    return this.#registry.match(scheme, host) ?? (isAddress(host) ? 'own-host' : this.#absences.match(scheme, host))
  }

  /** The same over https, for a request over http that nobody answers; `undefined` where nobody does there either. */
  httpsLocation({ host: authority, method, target }: RequestHead): string | undefined {
    if (!this.autoHttpsRedirect) return undefined
    const host = hostOf(authority)
    const endpoint = this.#registry.match('https', host) ?? this.#absences.match('https', host)
    const path = originForm(method, target)
    if (!endpoint || !path.startsWith('/')) return undefined
    return `https://${host}${endpoint.port === 443 ? '' : `:${endpoint.port}`}${path}`
  }

  /**
   * Why a request may not come over its TLS connection, though `authority` leads to `target` (reference §1.12, §3.6); `undefined`: it may.
   * Whoever has done what one host demands has not done what another one does.
   */
  misplaced(secured: SecuredFor, authority: string, target: Endpoint | undefined): VisitorError | undefined {
    const { serverName, demands, pair } = secured
    if (serverName === undefined) return noServerName()
    if (!target) return undefined
    const { termination } = target
    if (termination?.demands !== demands) return misdirected(authority)
    const host = hostOf(authority)
    if (host === serverName) return undefined
    const isSameCertificate = termination?.pair === pair && this.#sharesCertificate(host, serverName)
    return isSameCertificate ? undefined : misdirected(authority)
  }

  /**
   * Who answers for an internal address of an account (`https://name.internal`), which nothing public leads to. `host` is lowercase;
   * `port`: the scheme's own when left out.
   */
  routeInternal(accountId: string, scheme: EndpointScheme, host: string, port?: number): Endpoint | undefined {
    return this.#registry.matchInternal(accountId, scheme, host, port)
  }

  createExchange(visitor: Visitor, endpoint: Endpoint, head: RequestHead, onOver: () => void): VisitorExchange {
    const { policy } = endpoint
    if (policy === undefined) return this.#exchangeOf(visitor, endpoint, head, onOver)
    return new PolicedExchange(visitor, endpoint, policy, this, head, onOver)
  }

  upstreamExchange(visitor: Visitor, endpoint: Endpoint, head: RequestHead): VisitorExchange {
    return this.#exchangeOf(visitor, endpoint, head, noop)
  }

  #exchangeOf(visitor: Visitor, endpoint: Endpoint, head: RequestHead, onOver: () => void): VisitorExchange {
    if (endpoint.webSocketTcp) return new WebSocketTcpExchange(visitor, endpoint, this, head, onOver)
    return new Exchange(visitor, endpoint, this.#poolOf(endpoint), this.limits, head, onOver)
  }

  /** A visitor connection as policies see it, with what its ClientHello told. */
  policiesOf(socket: Socket, startedAt: number): ConnectionPolicies {
    return this.#hellos.take(socket) ?? ConnectionPolicies.of(socket, { region: this.#region, startedAt })
  }

  noteHello(socket: Socket, hello: HelloFacts | undefined): ConnectionPolicies {
    const about = { region: this.#region, startedAt: Date.now() }
    const policies = ConnectionPolicies.of(socket, hello ? { ...about, hello } : about)
    this.#hellos.set(socket, policies)
    return policies
  }

  endTls(socket: Socket, settings: TlsSettings, protocols: readonly string[] | undefined): Promise<TLSSocket> {
    const { handshakeTimeoutMs } = this.limits
    return endTls(socket, settings, { certificates: this.#certificates, handshakeTimeoutMs, protocols })
  }

  report(
    { id: endpointId, url: endpointUrl }: Endpoint,
    clientIp: string,
    events: PolicyEvents,
    kind: PolicyReport['kind'] = 'request',
  ): void {
    if (this.#onEvents) this.#onEvents({ kind, endpointId, endpointUrl, clientIp, events })
    else if (events.logs.length > 0) logPolicyEvents(this.log, endpointUrl, clientIp, events)
  }

  readonly #poolOf = (endpoint: Endpoint): UpstreamPool => {
    let pool = this.#pools.get(endpoint)
    if (!pool) {
      pool = new UpstreamPool(endpoint, this, this.#poolOf)
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

/** What carries a request on for a policy says by the calls of a visitor how it ends. */
const noop = (): void => {}

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

import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { TunnelError } from '@tunnel/protocol'
import type { PolicyFetch } from '@tunnel/traffic-policy'
import type { FastifyInstance } from 'fastify'
import { untilVisitorsLeft } from './drain.ts'
import { Absences } from './endpoints/absences.ts'
import { EndpointRegistry } from './endpoints/registry.ts'
import { type Reservation, Reservations, type ReservationsRequired } from './endpoints/reservations.ts'
import { descriptorOf, type HandedNames, type Inheritance, type ListenerRole, tcpRole } from './handover.ts'
import { DataPath } from './http/data-path.ts'
import { Http1Visitor } from './http/http1-visitor.ts'
import { Http2Connection } from './http/http2-connection.ts'
import { AgentAcceptor, type IngressSettings } from './ingress/accept-agent.ts'
import { SessionHost } from './ingress/session-host.ts'
import { defaultEdgeLimits, type EdgeLimits } from './limits.ts'
import type { EdgeObserver } from './observation/edge-observer.ts'
import { FrontDoor } from './overload/front-door.ts'
import { Overload } from './overload/overload.ts'
import { OverloadManager, type OverloadStatus } from './overload/overload-manager.ts'
import type { OverloadSource } from './overload/overload-source.ts'
import { ProcessSource } from './overload/process-source.ts'
import { OwnHost } from './own-host.ts'
import { EndpointPolicies } from './policy/endpoint-policies.ts'
import { createInternalFetch } from './policy/internal-fetch.ts'
import type { PolicyOptions } from './policy/policy-options.ts'
import { createPublicFetch } from './policy/public-fetch.ts'
import { createRequestFetch } from './policy/request-fetch.ts'
import { type CertificateSource, type CredentialSource, type EdgeLog, silentLog } from './ports.ts'
import { ProxiedConnections, type ProxyProtocolOptions } from './proxy-protocol/proxied-connections.ts'
import { TlsTerminator } from './public-tls.ts'
import { ResumeTokens } from './resume-token.ts'
import { PortListeners } from './tcp/port-listeners.ts'
import { TlsPort } from './tls/tls-port.ts'
import { VisitorCount } from './visitor-count.ts'

export interface ListenAddress {
  /** @default every address of the machine */
  host?: string
  /** 0 takes a free port. */
  port: number
}

export interface EdgeOptions {
  /** Base domains, lowercase; names are given out under the first. */
  domains: readonly [string, ...string[]]
  /** Host of the edge itself (agents over WebSocket, API). @default the first domain */
  edgeHost?: string
  /** Public HTTP. Left out: `http` endpoints are refused. */
  http?: ListenAddress
  /** Public HTTPS and agent ingress. */
  https: ListenAddress
  /** Ports as visitors see them, when something in front maps them. @default the listeners' own */
  publicPorts?: { http?: number; https?: number }
  /** Ports for TCP endpoints. Left out: they are refused. */
  tcp?: { host: string; firstPort: number; lastPort: number; publicHost?: string }
  /** Addresses that only some credentials may bind. */
  reservations?: readonly Reservation[]
  /** What nobody may bind without one. @default `none` */
  reservationsRequired?: ReservationsRequired
  /** Lead http requests for a host that has only an https endpoint there, instead of answering 404 (3200). @default false */
  autoHttpsRedirect?: boolean
  credentials: CredentialSource
  certificates: CertificateSource
  /** Signs resume cookies and tokens; 32 random bytes or more, the same after a restart. */
  resumeKey: Buffer
  /** How long names of a lost session are kept for its credential. @default 60_000 (reference §5.4) */
  resumeWindowMs?: number
  /** How often agents are asked whether they are there, and how long they have to answer. @default 10 s and 15 s (reference §5.2) */
  heartbeat?: { intervalMs: number; toleranceMs: number }
  /** Where this edge is: agents show it, and policies can ask for it. @default `default` */
  region?: string
  /** What the process that this one replaces hands over. A listener that is not among it is opened. */
  inherits?: Inheritance
  /** Load balancers in front of this edge that state their visitors' addresses by PROXY protocol, on every listener. @default nobody is believed */
  proxyProtocol?: ProxyProtocolOptions
  /** What traffic policies of endpoints may ask for and reach. */
  policies?: PolicyOptions
  limits?: Partial<EdgeLimits>
  /** Says how much of what there is is in use; closed with the edge. @default this process */
  overload?: OverloadSource
  log?: EdgeLog
  /** Told what the edge does. @default nobody, which costs nothing */
  observer?: EdgeObserver
}

/** A running edge. */
export interface Edge {
  /** Where it listens; ports are real even when 0 was asked for. */
  readonly httpAddress: AddressInfo | undefined
  readonly httpsAddress: AddressInfo
  /** The web app of the edge's own host, for routes of the control plane. Only before the first connection. */
  readonly ownHost: FastifyInstance
  readonly sessionCount: number
  readonly endpointCount: number
  readonly visitorCount: number
  /** Streams to agents, idle ones included. */
  readonly streamCount: number
  /** It has begun to leave: by {@link drain}, or by {@link close}. */
  readonly isDraining: boolean
  /** Requests that wait for an agent to come back. */
  readonly waitingCount: number
  /** How overloaded it is, by what, and what was refused since it started. Of the last sample; plain data. */
  readonly overload: OverloadStatus
  /** Ends every session of a credential that was revoked (300); its agents do not come back. */
  closeSessions(credentialId: string): void
  /** Listening sockets, and what is behind them, for a process that is to take over (`EdgeOptions.inherits`). */
  readonly listeners: ReadonlyMap<ListenerRole, number>
  readonly names: HandedNames
  /** Limits, heartbeats and reservations that hold from now on; what began under others ends under them. */
  update(settings: EdgeUpdate): void
  /**
   * Stops listening, tells agents that their sessions will end, and lets visitors finish what they have begun, for `drainGraceMs`;
   * then closes. `successor`: another process has the listeners, and agents are to go there at once.
   */
  drain(options?: { successor?: boolean }): Promise<void>
  /** Stops listening, tells agents to come back later, cuts what is left. Idempotent. */
  close(): Promise<void>
}

/** What may change while an edge runs. */
export interface EdgeUpdate {
  limits?: Partial<Omit<EdgeLimits, FixedLimit>>
  heartbeat?: { intervalMs: number; toleranceMs: number }
  /** All of them, with what is required: what is online stays. */
  reservations?: { list: readonly Reservation[]; required: ReservationsRequired }
  autoHttpsRedirect?: boolean
}

/** Read once, at the start. */
type FixedLimit =
  | 'reconnectGraceMs'
  | 'maxWaitingRequests'
  | 'proxyHeaderTimeoutMs'
  | 'handshakeTimeoutMs'
  | 'overloadSampleMs'

/**
 * Starts an edge and resolves when it listens.
 * Rejects with the listener's error (`EADDRINUSE`, `EACCES`…) after closing what was already open.
 */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const edge = new RunningEdge(options)
  try {
    await edge.start()
  } catch (cause) {
    await edge.close()
    throw cause
  }
  return edge
}

class RunningEdge implements Edge {
  readonly #options: EdgeOptions
  readonly #limits: EdgeLimits
  readonly #log: EdgeLog
  readonly #visitors: VisitorCount
  readonly #proxied: ProxiedConnections | undefined
  readonly #ports: PortListeners
  readonly #reservations: Reservations
  readonly #overload = new Overload()
  readonly #overloadManager: OverloadManager
  readonly #door: FrontDoor
  #http: Server | undefined
  #https: Server | undefined
  #tls: TlsTerminator | undefined
  #tlsPort: TlsPort | undefined
  #registry: EndpointRegistry | undefined
  #host: SessionHost | undefined
  #path: DataPath | undefined
  #absences: Absences | undefined
  #own: OwnHost | undefined
  #ingress: IngressSettings | undefined
  /** Connections that came while the edge was starting: those of an inherited listener have waited for somebody to answer. */
  #early: (() => void)[] | undefined = []
  #unclaimedTimer: NodeJS.Timeout | undefined
  #closing: Promise<void> | undefined
  readonly #closed = new AbortController()

  constructor(options: EdgeOptions) {
    this.#options = options
    this.#limits = { ...defaultEdgeLimits, ...options.limits }
    this.#log = options.log ?? silentLog
    this.#visitors = new VisitorCount(this.#limits.maxVisitorConnections, () => {
      this.#overload.refused.connectionsInAll++
      options.observer?.refused?.({ what: 'connection', code: undefined })
    })
    const parts = { limits: this.#limits, log: this.#log, overload: this.#overload }
    this.#overloadManager = new OverloadManager({ ...parts, source: options.overload ?? new ProcessSource() })
    this.#door = new FrontDoor({ ...parts, observer: options.observer })
    const { proxyProtocol } = options
    this.#proxied = proxyProtocol && new ProxiedConnections(proxyProtocol, this.#limits.proxyHeaderTimeoutMs, this.#log)
    this.#reservations = new Reservations(options.reservations, options.reservationsRequired)
    this.#ports = new PortListeners(options.tcp?.host ?? '127.0.0.1')
  }

  async start(): Promise<void> {
    const { domains, http, https, tcp, credentials, certificates, publicPorts } = this.#options
    const edgeHost = this.#options.edgeHost ?? domains[0]
    // Listeners first: their ports are part of every URL that is given out.
    const { inherits } = this.#options
    this.#http = http && (await listen(http, inherits?.listeners.get('http'), (socket) => this.#acceptHttp(socket)))
    this.#https = await listen(https, inherits?.listeners.get('https'), (socket) => this.#acceptTls(socket))
    const resumeTokens = new ResumeTokens(this.#options.resumeKey)
    const resumeWindowMs = this.#options.resumeWindowMs ?? 60_000
    const policies = this.#createPolicies((accountId) => createInternalFetch(path, accountId))
    const registry = new EndpointRegistry({
      domains,
      edgeHost,
      publicPorts: {
        http: this.#http && (publicPorts?.http ?? portOf(this.#http)),
        https: publicPorts?.https ?? portOf(this.#https),
      },
      tcp: tcp && { publicHost: tcp.publicHost ?? domains[0], firstPort: tcp.firstPort, lastPort: tcp.lastPort },
      reservations: this.#reservations,
      limits: this.#limits,
      resumeTokens,
      resumeWindowMs,
      policies,
    })
    const { reconnectGraceMs, maxWaitingRequests } = this.#limits
    const { observer } = this.#options
    const absences = new Absences({
      graceMs: Math.min(reconnectGraceMs, resumeWindowMs),
      maxWaiting: maxWaitingRequests,
      onOver: (standIn) => path.dropPool(standIn),
      onWaited: observer && ((waitedMs) => observer.requestWaited?.(waitedMs)),
    })
    const path = new DataPath({
      limits: this.#limits,
      registry,
      absences,
      edgeHost,
      certificates,
      region: this.#options.region ?? 'default',
      log: this.#log,
      observer,
      onPolicyEvents: this.#options.policies?.onEvents,
      autoHttpsRedirect: this.#options.autoHttpsRedirect,
      sharesCertificate: (one, other) => {
        const context = certificates.contextFor(one)
        return !(context instanceof Promise) && context === certificates.contextFor(other)
      },
      overload: this.#overload,
      serveOwnHost: (socket) => this.#own?.serve(socket),
    })
    const host = new SessionHost({
      limits: this.#limits,
      log: this.#log,
      observer,
      resumeTokens,
      resumeWindowMs,
      registry,
      path,
      ports: this.#ports,
      absences,
      acceptTcp: (socket, serve) =>
        this.#accept(
          socket,
          () => {
            path.visitors.add(socket, () => {})
            serve()
          },
          { canAnswer: false },
        ),
    })
    this.#ingress = {
      region: this.#options.region ?? 'default',
      ...(this.#options.heartbeat ?? { intervalMs: 10_000, toleranceMs: 15_000 }),
    }
    const acceptor = new AgentAcceptor(host, credentials, this.#ingress, this.#overload, this.#door)
    this.#own = await OwnHost.create(edgeHost, acceptor)
    this.#tls = new TlsTerminator(certificates, edgeHost, this.#limits, {
      onAgent: (socket) => acceptor.accept(socket, socket),
      onHttp2: (socket, secured) => new Http2Connection(socket, path, secured),
      onHttp1: (socket, secured) => new Http1Visitor(socket, 'https', path, secured),
      onRefused: () => observer?.refused?.({ what: 'connection', code: undefined }),
    })
    this.#tlsPort = new TlsPort({
      limits: this.#limits,
      log: this.#log,
      registry,
      certificates,
      absences,
      visitors: path.visitors,
      path,
      terminator: this.#tls,
    })
    this.#registry = registry
    this.#host = host
    this.#path = path
    this.#absences = absences
    if (inherits) this.#inherit(inherits, host, resumeWindowMs)
    for (const serve of this.#early ?? []) serve()
    this.#early = undefined
  }

  #createPolicies(internalFetch: (accountId: string) => PolicyFetch): EndpointPolicies {
    const { policies: options = {} } = this.#options
    const fetch = createPublicFetch(options)
    const fetchFor = (accountId: string) =>
      createRequestFetch(internalFetch(accountId), fetch, options.requestHosts ?? [])
    return new EndpointPolicies({ options, fetch, fetchFor, log: this.#log })
  }

  #inherit({ listeners, names }: Inheritance, host: SessionHost, resumeWindowMs: number): void {
    for (const { scheme, port } of names.endpoints) {
      const fd = scheme === 'tcp' ? listeners.get(tcpRole(port)) : undefined
      if (fd !== undefined) this.#ports.inherit(port, fd)
    }
    host.expect(names)
    this.#unclaimedTimer = setTimeout(() => this.#ports.closeUnclaimed(), resumeWindowMs).unref()
  }

  #acceptHttp(socket: Socket): void {
    this.#accept(socket, () => this.#path && new Http1Visitor(socket, 'http', this.#path))
  }

  #acceptTls(socket: Socket): void {
    this.#accept(socket, () => this.#tlsPort?.accept(socket))
  }

  #accept(socket: Socket, serve: () => void, { canAnswer } = { canAnswer: true }): void {
    const proxied = this.#proxied
    const letIn = (): void => {
      if (this.#door.letsIn(socket, canAnswer)) serve()
    }
    const begin = proxied ? () => proxied.accept(socket, letIn) : letIn
    this.#visitors.accept(socket, this.#early ? () => this.#early?.push(begin) : begin)
  }

  get httpAddress(): AddressInfo | undefined {
    return this.#http?.address() as AddressInfo | undefined
  }

  get httpsAddress(): AddressInfo {
    return this.#https?.address() as AddressInfo
  }

  get ownHost(): FastifyInstance {
    return (this.#own as OwnHost).app
  }

  get sessionCount(): number {
    return this.#host?.sessionCount ?? 0
  }

  get endpointCount(): number {
    return this.#registry?.endpointCount ?? 0
  }

  get visitorCount(): number {
    return this.#visitors.count
  }

  get streamCount(): number {
    let count = 0
    for (const { streamCount = 0 } of this.#host?.sessions ?? []) count += streamCount
    return count
  }

  get isDraining(): boolean {
    return this.#path?.draining ?? this.#closed.signal.aborted
  }

  get overload(): OverloadStatus {
    return this.#overloadManager.status
  }

  get waitingCount(): number {
    return this.#absences?.waitingCount ?? 0
  }

  closeSessions(credentialId: string): void {
    const reason = new TunnelError(300, 'the authtoken was revoked')
    for (const session of [...(this.#host?.sessions ?? [])]) {
      if (session.credentialId === credentialId) session.close(reason)
    }
  }

  get listeners(): ReadonlyMap<ListenerRole, number> {
    const servers: [ListenerRole, Server | undefined][] = [
      ['http', this.#http],
      ['https', this.#https],
      ...[...this.#ports.servers()].map(([port, server]): [ListenerRole, Server] => [tcpRole(port), server]),
    ]
    const descriptors = servers.map(([role, server]) => [role, server && descriptorOf(server)] as const)
    return new Map(descriptors.filter((pair): pair is [ListenerRole, number] => pair[1] !== undefined))
  }

  get names(): HandedNames {
    return this.#host?.names ?? { endpoints: [], holds: [] }
  }

  update({ limits, heartbeat, reservations, autoHttpsRedirect }: EdgeUpdate): void {
    if (this.#path && autoHttpsRedirect !== undefined) this.#path.autoHttpsRedirect = autoHttpsRedirect
    if (reservations) this.#reservations.adopt(reservations.list, reservations.required)
    Object.assign(this.#limits, limits)
    this.#visitors.max = this.#limits.maxVisitorConnections
    if (this.#ingress) Object.assign(this.#ingress, heartbeat)
  }

  async drain({ successor = false }: { successor?: boolean } = {}): Promise<void> {
    const path = this.#path
    if (path && !path.draining) {
      this.#stopListening()
      path.draining = true
      const reason = new TunnelError(803, successor ? 'the edge is being upgraded' : 'the edge is shutting down')
      this.#host?.leave(reason, { resumeNow: successor })
      path.visitors.askToLeave()
      await untilVisitorsLeft({
        visitors: path.visitors,
        limits: this.#limits,
        connectionCount: () => this.visitorCount,
        sessionCount: () => this.sessionCount,
        signal: this.#closed.signal,
      })
    }
    await this.close()
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown()
    return this.#closing
  }

  #stopListening(): void {
    this.#http?.close()
    this.#https?.close()
    this.#ports.closeAll()
    clearTimeout(this.#unclaimedTimer)
  }

  async #shutDown(): Promise<void> {
    this.#closed.abort()
    this.#overloadManager.close()
    this.#stopListening()
    this.#tls?.close()
    if (this.#path) this.#path.draining = true
    this.#absences?.close()
    const reason = new TunnelError(803, 'the edge is shutting down')
    const sessions = [...(this.#host?.sessions ?? [])]
    for (const session of sessions) session.close(reason)
    await this.#visitors.closeAll(Promise.all(sessions.map((session) => session.gone)))
    await this.#own?.close()
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

function listen(
  address: ListenAddress,
  inherited: number | undefined,
  onConnection: (socket: Socket) => void,
): Promise<Server> {
  // Half-open: a visitor that ends its side still gets its answer. No delay: writes are gathered already.
  const server = createTcpServer({ allowHalfOpen: true, noDelay: true }, onConnection)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ ...(inherited === undefined ? address : { fd: inherited }), backlog: 1024 }, () => {
      server.off('error', reject)
      // EMFILE and the like: the listener goes on, the connection is lost.
      server.on('error', () => {})
      resolve(server)
    })
  })
}

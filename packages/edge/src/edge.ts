import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { TunnelError } from '@tunnel/protocol'
import type { FastifyInstance } from 'fastify'
import { EndpointRegistry } from './endpoints/registry.ts'
import { DataPath } from './http/data-path.ts'
import { Http1Visitor } from './http/http1-visitor.ts'
import { serveHttp2 } from './http/http2-connection.ts'
import { AgentAcceptor } from './ingress/accept-agent.ts'
import { SessionHost } from './ingress/session-host.ts'
import { defaultEdgeLimits, type EdgeLimits } from './limits.ts'
import { OwnHost } from './own-host.ts'
import { addressOf } from './peer-address.ts'
import { type CertificateSource, type CredentialSource, type EdgeLog, silentLog } from './ports.ts'
import { TlsTerminator } from './public-tls.ts'
import { ResumeTokens } from './resume-token.ts'
import { PortListeners } from './tcp/port-listeners.ts'
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
  credentials: CredentialSource
  certificates: CertificateSource
  /** Signs resume cookies and tokens; 32 random bytes or more, the same after a restart. */
  resumeKey: Buffer
  /** How long names of a lost session are kept for its credential. @default 60_000 (reference §5.4) */
  resumeWindowMs?: number
  /** How often agents are asked whether they are there, and how long they have to answer. @default 10 s and 15 s (reference §5.2) */
  heartbeat?: { intervalMs: number; toleranceMs: number }
  region?: string
  limits?: Partial<EdgeLimits>
  log?: EdgeLog
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
  /** Ends every session of a credential that was revoked (300); its agents do not come back. */
  closeSessions(credentialId: string): void
  /** Stops listening, tells agents to come back later, closes what is left. Idempotent. */
  close(): Promise<void>
}

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
  readonly #ports: PortListeners
  #http: Server | undefined
  #https: Server | undefined
  #tls: TlsTerminator | undefined
  #registry: EndpointRegistry | undefined
  #host: SessionHost | undefined
  #path: DataPath | undefined
  #own: OwnHost | undefined
  #closing: Promise<void> | undefined

  constructor(options: EdgeOptions) {
    this.#options = options
    this.#limits = { ...defaultEdgeLimits, ...options.limits }
    this.#log = options.log ?? silentLog
    this.#visitors = new VisitorCount(this.#limits.maxVisitorConnections)
    this.#ports = new PortListeners(options.tcp?.host ?? '127.0.0.1')
  }

  async start(): Promise<void> {
    const { domains, http, https, tcp, credentials, certificates, publicPorts } = this.#options
    const edgeHost = this.#options.edgeHost ?? domains[0]
    // Listeners first: their ports are part of every URL that is given out.
    this.#http = http && (await listen(http, (socket) => this.#acceptHttp(socket)))
    this.#https = await listen(https, (socket) => this.#acceptTls(socket))
    const resumeTokens = new ResumeTokens(this.#options.resumeKey)
    const resumeWindowMs = this.#options.resumeWindowMs ?? 60_000
    const registry = new EndpointRegistry({
      domains,
      edgeHost,
      publicPorts: {
        http: this.#http && (publicPorts?.http ?? portOf(this.#http)),
        https: publicPorts?.https ?? portOf(this.#https),
      },
      tcp: tcp && { publicHost: tcp.publicHost ?? domains[0], firstPort: tcp.firstPort, lastPort: tcp.lastPort },
      resumeTokens,
      resumeWindowMs,
    })
    const path = new DataPath({
      limits: this.#limits,
      registry,
      edgeHost,
      serveOwnHost: (socket) => this.#own?.serve(socket),
    })
    const host = new SessionHost({
      limits: this.#limits,
      log: this.#log,
      resumeTokens,
      resumeWindowMs,
      registry,
      path,
      ports: this.#ports,
      acceptTcp: (socket, serve) => this.#visitors.accept(socket, serve),
    })
    const acceptor = new AgentAcceptor(host, credentials, {
      region: this.#options.region ?? 'default',
      ...(this.#options.heartbeat ?? { intervalMs: 10_000, toleranceMs: 15_000 }),
    })
    this.#own = await OwnHost.create(edgeHost, acceptor)
    this.#tls = new TlsTerminator(certificates, edgeHost, this.#limits, {
      onAgent: (socket) => acceptor.accept(socket, addressOf(socket)),
      onHttp2: (socket) => serveHttp2(socket, path),
      onHttp1: (socket) => new Http1Visitor(socket, 'https', path),
    })
    this.#registry = registry
    this.#host = host
    this.#path = path
  }

  #acceptHttp(socket: Socket): void {
    const path = this.#path
    if (path) this.#visitors.accept(socket, () => new Http1Visitor(socket, 'http', path))
    else socket.destroy()
  }

  #acceptTls(socket: Socket): void {
    const tls = this.#tls
    if (tls) this.#visitors.accept(socket, () => tls.terminate(socket))
    else socket.destroy()
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

  closeSessions(credentialId: string): void {
    const reason = new TunnelError(300, 'the authtoken was revoked')
    for (const session of [...(this.#host?.sessions ?? [])]) {
      if (session.credentialId === credentialId) session.close(reason)
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown()
    return this.#closing
  }

  async #shutDown(): Promise<void> {
    this.#http?.close()
    this.#https?.close()
    this.#ports.closeAll()
    this.#tls?.close()
    if (this.#path) this.#path.draining = true
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

function listen(address: ListenAddress, onConnection: (socket: Socket) => void): Promise<Server> {
  // Half-open: a visitor that ends its side still gets its answer. No delay: writes are gathered already.
  const server = createTcpServer({ allowHalfOpen: true, noDelay: true }, onConnection)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ ...address, backlog: 1024 }, () => {
      server.off('error', reject)
      // EMFILE and the like: the listener goes on, the connection is lost.
      server.on('error', () => {})
      resolve(server)
    })
  })
}

import { randomBytes, randomUUID } from 'node:crypto'
import { type EndpointRequest, TunnelError } from '@tunnel/protocol'
import type { AgentSession } from '../agent-session.ts'
import type { ResumeTokens } from '../resume-token.ts'
import { parseRequestedAddress, type RequestedAddress } from './address.ts'
import type { Endpoint, EndpointScheme } from './endpoint.ts'
import { upstreamHostHeader } from './host-header.ts'
import { HostTable } from './host-table.ts'
import { NameHolds } from './name-holds.ts'

export interface RegistryOptions {
  /** Base domains; the first one gives random names. */
  domains: readonly string[]
  /** The edge's own host, which nobody can bind. */
  edgeHost: string
  /** Ports as visitors see them. `undefined` where the scheme is not served. */
  publicPorts: { http: number | undefined; https: number | undefined }
  tcp: { publicHost: string; firstPort: number; lastPort: number } | undefined
  resumeTokens: ResumeTokens
  resumeWindowMs: number
  now?: () => number
}

const DEFAULT_PORT = { http: 80, https: 443, tcp: -1 } as const

/** bore's argument: with 150 tries a free port is found with 99.9 % even when 95 % of the range is taken. */
const MAX_RANDOM_PORT_TRIES = 150

/** Which endpoint owns which public address. In memory: an endpoint lives as long as its session. */
export class EndpointRegistry {
  readonly #options: RegistryOptions
  readonly #byHost = { http: new HostTable<Endpoint>(), https: new HostTable<Endpoint>() }
  readonly #byPort = new Map<number, Endpoint>()
  readonly #holds: NameHolds

  constructor(options: RegistryOptions) {
    this.#options = options
    this.#holds = new NameHolds({ windowMs: options.resumeWindowMs, ...(options.now && { now: options.now }) })
  }

  /** The endpoint that serves `host` (lowercase, no port) on a scheme. */
  match(scheme: 'http' | 'https', host: string): Endpoint | undefined {
    return this.#byHost[scheme].match(host)
  }

  get endpointCount(): number {
    return this.#byHost.http.size + this.#byHost.https.size + this.#byPort.size
  }

  /**
   * Gives an agent the address it asks for, or a random one. The endpoint is reachable when this returns (for tcp: once
   * its port listens). Throws {@link TunnelError} with a code of reference §11.5.
   */
  bind(session: AgentSession, request: EndpointRequest, token: string | undefined): Endpoint {
    const resumed = token === undefined ? undefined : this.#resumedAddress(token, session.credentialId)
    const wanted = resumed ?? parseRequestedAddress(request.protocol, request.url)
    assertBindings(request.bindings)
    const { host, port } =
      wanted.scheme === 'tcp' ? this.#tcpAddress(wanted, session) : this.#httpAddress(wanted, session)
    const endpoint: Endpoint = {
      id: `ep_${randomUUID().replaceAll('-', '')}`,
      scheme: wanted.scheme,
      host,
      port,
      url: formatUrl(wanted.scheme, host, port),
      session,
      upstreamUrl: request.upstream.url,
      hostHeader: upstreamHostHeader(request.hostHeader, request.upstream.url),
      name: request.name ?? '',
      description: request.description ?? '',
      metadata: request.metadata ?? '',
    }
    if (endpoint.scheme === 'tcp') this.#byPort.set(port, endpoint)
    else this.#byHost[endpoint.scheme].set(host, endpoint)
    this.#holds.release(keyOf(endpoint))
    return endpoint
  }

  /** A proof for {@link bind} that this credential held the address. */
  tokenFor(endpoint: Endpoint): string {
    const { scheme, host, port } = endpoint
    return this.#options.resumeTokens.sign({
      of: 'endpoint',
      scheme,
      host,
      port,
      credentialId: endpoint.session.credentialId,
    })
  }

  /** Takes an endpoint away. `hold`: its session was lost, keep the address for its credential during the resume window. */
  remove(endpoint: Endpoint, options: { hold: boolean }): void {
    if (endpoint.scheme === 'tcp') {
      if (this.#byPort.get(endpoint.port) === endpoint) this.#byPort.delete(endpoint.port)
    } else if (this.#byHost[endpoint.scheme].get(endpoint.host) === endpoint) {
      this.#byHost[endpoint.scheme].delete(endpoint.host)
    }
    if (options.hold) this.#holds.hold(keyOf(endpoint), endpoint.session.credentialId)
  }

  #resumedAddress(token: string, credentialId: string): RequestedAddress | undefined {
    const claims = this.#options.resumeTokens.verify(token)
    if (claims?.of !== 'endpoint') throw new TunnelError(335, 'bind resume token is malformed')
    // Somebody else's token proves nothing; the agent gets what it asked for by name.
    if (claims.credentialId !== credentialId) return undefined
    const scheme = claims.scheme as EndpointScheme
    // The edge may serve http and https on other ports since.
    return { scheme, host: claims.host, port: scheme === 'tcp' ? claims.port : undefined }
  }

  #httpAddress(wanted: RequestedAddress, session: AgentSession): { host: string; port: number } {
    const scheme = wanted.scheme as 'http' | 'https'
    const port = this.#options.publicPorts[scheme]
    if (port === undefined) throw new TunnelError(9036, `this edge does not serve ${scheme}`)
    if (wanted.port !== undefined && wanted.port !== port) {
      throw new TunnelError(9035, `port ${wanted.port} is not allowed for ${scheme}: this edge serves it on ${port}`)
    }
    const host = wanted.host ?? this.#randomHost(scheme, session.credentialId)
    if (wanted.host !== undefined) this.#assertOwnHost(host)
    const online = this.#byHost[scheme].get(host)
    if (online) throw alreadyOnline(online)
    const sibling = this.#byHost[scheme === 'http' ? 'https' : 'http'].get(host)
    if (sibling && sibling.session.accountId !== session.accountId) {
      throw new TunnelError(320, `${host} belongs to another account`)
    }
    const key = `${scheme}://${host}:${port}`
    if (this.#holds.isHeldFrom(key, session.credentialId)) throw heldForOther(key)
    return { host, port }
  }

  #assertOwnHost(host: string): void {
    const plain = host.startsWith('*.') ? host.slice(2) : host
    if (host === this.#options.edgeHost) throw new TunnelError(320, `${host} is the edge's own host`)
    if (!this.#options.domains.some((domain) => plain === domain || plain.endsWith(`.${domain}`))) {
      throw new TunnelError(319, `${host} is not under a domain of this edge (${this.#options.domains.join(', ')})`)
    }
  }

  #randomHost(scheme: 'http' | 'https', credentialId: string): string {
    for (;;) {
      const host = `${randomBytes(6).toString('hex')}.${this.#options.domains[0]}`
      const taken = this.#byHost.http.get(host) ?? this.#byHost.https.get(host)
      if (!taken && !this.#holds.isHeldFrom(`${scheme}://${host}:${this.#options.publicPorts[scheme]}`, credentialId))
        return host
    }
  }

  #tcpAddress(wanted: RequestedAddress, session: AgentSession): { host: string; port: number } {
    const { tcp } = this.#options
    if (!tcp) throw new TunnelError(9036, 'this edge does not serve tcp')
    const host = tcp.publicHost
    if (wanted.host !== undefined && wanted.host !== host) {
      throw new TunnelError(4504, `tcp host ${wanted.host} is not served here: use ${host}`)
    }
    if (wanted.port === undefined) return { host, port: this.#randomPort(tcp, session.credentialId) }
    if (wanted.port < tcp.firstPort || wanted.port > tcp.lastPort) {
      throw new TunnelError(4502, `port ${wanted.port} is not within ${tcp.firstPort} to ${tcp.lastPort}`)
    }
    const online = this.#byPort.get(wanted.port)
    if (online) throw alreadyOnline(online)
    const key = `tcp://${host}:${wanted.port}`
    if (this.#holds.isHeldFrom(key, session.credentialId)) throw heldForOther(key)
    return { host, port: wanted.port }
  }

  #randomPort(tcp: { publicHost: string; firstPort: number; lastPort: number }, credentialId: string): number {
    const span = tcp.lastPort - tcp.firstPort + 1
    for (let tries = 0; tries < MAX_RANDOM_PORT_TRIES; tries++) {
      const port = tcp.firstPort + (randomBytes(4).readUInt32BE(0) % span)
      if (!this.#byPort.has(port) && !this.#holds.isHeldFrom(`tcp://${tcp.publicHost}:${port}`, credentialId))
        return port
    }
    throw new TunnelError(503, `no free tcp port found within ${tcp.firstPort} to ${tcp.lastPort}`)
  }
}

function keyOf(endpoint: Endpoint): string {
  return `${endpoint.scheme}://${endpoint.host}:${endpoint.port}`
}

function formatUrl(scheme: EndpointScheme, host: string, port: number): string {
  return port === DEFAULT_PORT[scheme] ? `${scheme}://${host}` : `${scheme}://${host}:${port}`
}

function alreadyOnline(endpoint: Endpoint): TunnelError {
  return new TunnelError(334, `${endpoint.url} is already online; stop it first or choose another url`)
}

function heldForOther(key: string): TunnelError {
  return new TunnelError(334, `${key} is kept for the agent that just lost its connection; try again in a minute`, {
    retryable: true,
  })
}

function assertBindings(bindings: readonly string[] | undefined): void {
  if (bindings === undefined || bindings.length === 0) return
  if (bindings.length > 1) throw new TunnelError(15006, `${bindings.length} bindings given, one is allowed`)
  if (bindings[0] === 'public') return
  if (bindings[0] === 'internal') throw new TunnelError(9027, 'internal bindings are not served by this edge yet')
  throw new TunnelError(15005, `binding ${JSON.stringify(bindings[0]?.slice(0, 50))} is not known here; use public`)
}

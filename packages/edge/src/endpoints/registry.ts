import { randomUUID } from 'node:crypto'
import { type EndpointRequest, type TlsTermination, TunnelError } from '@tunnel/protocol'
import type { AgentSession } from '../agent-session.ts'
import type { CredentialUse } from '../credentials/credential-use.ts'
import { meteredSession } from '../credentials/metered-session.ts'
import type { EndpointPolicies } from '../policy/endpoint-policies.ts'
import type { EndpointPolicy } from '../policy/endpoint-policy.ts'
import type { ResumeTokens } from '../resume-token.ts'
import { terminationFrom } from '../tls/termination.ts'
import { parseRequestedAddress, type RequestedAddress } from './address.ts'
import { AddressBook, keyOf, type Place } from './address-book.ts'
import { bindingOf } from './binding.ts'
import type { Endpoint, EndpointScheme } from './endpoint.ts'
import { EndpointPool } from './endpoint-pool.ts'
import { upstreamHostHeader } from './host-header.ts'
import { checkedLabels } from './labels.ts'
import { NameHolds } from './name-holds.ts'
import { PublicAddresses, type PublicAddressOptions } from './public-addresses.ts'

export interface RegistryOptions extends PublicAddressOptions {
  /** Endpoints that share one address. Beyond: 18020. Read at each bind. */
  limits: { readonly maxPoolSize: number }
  resumeTokens: ResumeTokens
  resumeWindowMs: number
  /** Compiles traffic policies. Left out: an endpoint that has one is refused (813). */
  policies?: Pick<EndpointPolicies, 'compile'>
  now?: () => number
}

const DEFAULT_PORT = { http: 80, https: 443, tcp: -1, tls: 443 } as const

/** Which endpoints own which address. In memory: an endpoint lives as long as its session. */
export class EndpointRegistry {
  readonly #options: RegistryOptions
  readonly #book = new AddressBook()
  readonly #addresses: PublicAddresses
  readonly #online = new Map<Endpoint, CredentialUse>()
  readonly #holds: NameHolds
  #tlsEndpoints = 0
  /** Endpoints whose policy has to know ClientHellos. */
  readonly #helloReaders = new Set<Endpoint>()

  constructor(options: RegistryOptions) {
    this.#options = options
    this.#holds = new NameHolds({ windowMs: options.resumeWindowMs, ...(options.now && { now: options.now }) })
    this.#addresses = new PublicAddresses(options, this.#book, this.#holds)
  }

  /** The endpoint that serves `host` (lowercase, no port) on a scheme; of a pool the one whose turn it is. */
  match(scheme: 'http' | 'https', host: string): Endpoint | undefined {
    const endpoint = this.#book.matchHost(scheme, host)
    return endpoint?.scheme === scheme ? turnOf(endpoint) : undefined
  }

  /**
   * The endpoint that says what becomes of the TLS of connections naming `serverName` (lowercase): a `tls` one, or an `https` one that ends
   * TLS in a way of its own. The edge's own name is never anybody else's.
   */
  matchTls(serverName: string): Endpoint | undefined {
    if (serverName === this.#options.edgeHost) return undefined
    const endpoint = this.#book.matchHost('https', serverName)
    return endpoint && hasOwnTls(endpoint) ? turnOf(endpoint) : undefined
  }

  matchPort(port: number): Endpoint | undefined {
    const endpoint = this.#book.matchPort(port)
    return endpoint && turnOf(endpoint)
  }

  /** The internal endpoint of an account at an address. `port`: the scheme's own when left out. */
  matchInternal(accountId: string, scheme: EndpointScheme, host: string, port?: number): Endpoint | undefined {
    const endpoint = this.#book.matchInternal(accountId, host, port ?? DEFAULT_PORT[scheme])
    return endpoint?.scheme === scheme ? turnOf(endpoint) : undefined
  }

  /** Endpoints without an address that have all of these labels. */
  *withLabels(accountId: string, labels: readonly string[]): Iterable<Endpoint> {
    for (const endpoint of this.#online.keys()) {
      const isOurs = endpoint.binding === 'labels' && endpoint.session.accountId === accountId
      if (isOurs && labels.every((label) => endpoint.labels.includes(label))) yield endpoint
    }
  }

  get hasTlsEndpoints(): boolean {
    return this.#tlsEndpoints > 0
  }

  /** Whether ClientHellos tell something that anybody wants to know. */
  get readsHellos(): boolean {
    return this.#tlsEndpoints > 0 || this.#helloReaders.size > 0
  }

  endpoints(): Iterable<Endpoint> {
    return this.#online.keys()
  }

  get endpointCount(): number {
    return this.#online.size
  }

  /**
   * Gives an agent the address it asks for, or a random one. The endpoint is reachable when this returns (for tcp: once
   * its port listens). `use` is that of the session's credential. Throws {@link TunnelError} with a code of reference §11.5.
   */
  bind(session: AgentSession, request: EndpointRequest, token: string | undefined, use: CredentialUse): Endpoint {
    const { labels = [] } = request
    if (labels.length > 0) return this.#bindLabels(session, request, labels, use)
    if (request.protocol === '') throw new TunnelError(394, 'an endpoint needs a protocol or labels')
    const place = this.#placeFor(session, request, token, use)
    const endpoint = this.#endpointAt(place, session, request, use)
    use.assertRoomForEndpoint()
    const online = this.#book.get(place)
    if (online) this.#join(online, endpoint)
    else if (this.#holds.isHeldFrom(keyOf(place), session.credentialId)) throw heldForOther(endpoint.url)
    else this.#book.set(place, endpoint)
    if (hasOwnTls(endpoint)) this.#tlsEndpoints++
    this.#holds.release(keyOf(place))
    return this.#add(endpoint, use)
  }

  #bindLabels(
    session: AgentSession,
    request: EndpointRequest,
    labels: readonly string[],
    use: CredentialUse,
  ): Endpoint {
    const checked = checkedLabels(labels, request, use.acl)
    use.assertRoomForEndpoint()
    const nowhere = { binding: 'labels', scheme: 'http', host: '', port: 0 } as const
    return this.#add({ ...this.#endpointAt(nowhere, session, request, use), url: '', labels: checked }, use)
  }

  #endpointAt(
    place: Pick<Endpoint, 'binding' | 'scheme' | 'host' | 'port'>,
    session: AgentSession,
    request: EndpointRequest,
    use: CredentialUse,
  ): Endpoint {
    const endpoint = endpointAt(place, session, request, use)
    endpoint.policy = this.#compile(request.trafficPolicy, endpoint)
    return endpoint
  }

  /** Throws {@link TunnelError} with the code of the document's first fault. */
  #compile(source: string | undefined, endpoint: Endpoint): EndpointPolicy | undefined {
    if (!source) return undefined
    const { policies } = this.#options
    if (!policies) throw new TunnelError(813, 'traffic policies are not supported by this edge')
    return policies.compile(source, endpoint, endpoint.session.accountId)
  }

  /** Compiles a policy, none for an empty document; the endpoint has it once `adopt` is called. Throws {@link TunnelError} with the code of the first fault. */
  preparePolicy(endpoint: Endpoint, source: string): { adopt(): void } {
    const policy = this.#compile(source, endpoint)
    return {
      adopt: () => {
        endpoint.policy?.explain?.cancel()
        endpoint.policy = policy
        if (this.#online.has(endpoint)) this.#noteHelloReader(endpoint)
      },
    }
  }

  #noteHelloReader(endpoint: Endpoint): void {
    if (endpoint.policy?.readsHello && endpoint.binding === 'public') this.#helloReaders.add(endpoint)
    else this.#helloReaders.delete(endpoint)
  }

  #add(endpoint: Endpoint, use: CredentialUse): Endpoint {
    use.endpointOnline()
    this.#noteHelloReader(endpoint)
    this.#online.set(endpoint, use)
    return endpoint
  }

  /** `online` and those beside it take `endpoint` among them. */
  #join(online: Endpoint, endpoint: Endpoint): void {
    const { pool } = online
    const fits = online.scheme === endpoint.scheme && online.session.accountId === endpoint.session.accountId
    if (!pool || !endpoint.pool || !fits || !demandAlike(online, endpoint)) throw new AlreadyOnline(online, endpoint)
    const { maxPoolSize } = this.#options.limits
    if (pool.size >= maxPoolSize) {
      throw new TunnelError(18020, `${pool.size} endpoints share ${online.url}, the limit is ${maxPoolSize}`)
    }
    pool.add(endpoint)
    endpoint.pool = pool
  }

  /** Whether others may come to share the address. Throws {@link TunnelError} 334 where some do, and must not any more. */
  setPooling(endpoint: Endpoint, isEnabled: boolean): void {
    if (isEnabled) endpoint.pool ??= new EndpointPool(endpoint)
    else if (endpoint.pool && endpoint.pool.size > 1) {
      throw new TunnelError(
        334,
        `${endpoint.pool.size} endpoints share ${endpoint.url}: pooling stays on until one is left`,
      )
    } else endpoint.pool = undefined
  }

  /**
   * From now on the endpoint's TLS ends so; connections that are open go on as long as they did what is demanded. Throws {@link TunnelError} 813
   * for one whose TLS passes unopened, 334 where others share its address and demand something else, and what {@link bind} does.
   */
  setTermination(endpoint: Endpoint, asked: TlsTermination): void {
    if (endpoint.scheme === 'tls' && !endpoint.termination)
      throw new TunnelError(813, `the TLS of ${endpoint.url} passes this edge unopened`)
    const termination = terminationFrom(asked, endpoint)
    const { pool, url } = endpoint
    if (pool && pool.size > 1 && !demandAlike(endpoint, { ...endpoint, termination }))
      throw new TunnelError(334, `${pool.size} endpoints share ${url}: what it demands of visitors' TLS cannot change`)
    const before = hasOwnTls(endpoint)
    endpoint.termination = termination
    if (!before && this.#online.has(endpoint)) this.#tlsEndpoints++
  }

  /** A proof for {@link bind} that this credential held the address. */
  tokenFor(endpoint: Endpoint): string {
    const { scheme, host, port } = endpoint
    const { credentialId } = endpoint.session
    return this.#options.resumeTokens.sign({ of: 'endpoint', scheme, host, port, credentialId })
  }

  /**
   * Takes an endpoint away; `false` while others have its address. `hold`: its session was lost, keep the address for its
   * credential during the resume window.
   */
  remove(endpoint: Endpoint, options: { hold: boolean }): boolean {
    this.#online.get(endpoint)?.endpointOffline()
    const wasOnline = this.#online.delete(endpoint)
    endpoint.policy?.explain?.cancel()
    this.#helloReaders.delete(endpoint)
    const place = placeOf(endpoint)
    if (!place) return true
    if (options.hold) this.#holds.hold(keyOf(place), endpoint.session.credentialId)
    if (!wasOnline) return true
    if (hasOwnTls(endpoint)) this.#tlsEndpoints--
    endpoint.pool?.delete(endpoint)
    const other = endpoint.pool?.first
    if (other) this.#book.set(place, other)
    else this.#book.delete(place)
    return other === undefined
  }

  /** Keeps an address for a credential, as {@link remove} does. */
  hold(key: string, credentialId: string): void {
    this.#holds.hold(key, credentialId)
  }

  holds(): Iterable<{ key: string; credentialId: string }> {
    return this.#holds.entries()
  }

  #placeFor(session: AgentSession, request: EndpointRequest, token: string | undefined, use: CredentialUse): Place {
    const resumed = token === undefined ? undefined : this.#resumedAddress(token, session.credentialId)
    const wanted = resumed ?? parseRequestedAddress(request.protocol, request.url)
    const binding = bindingOf(request.bindings, wanted)
    const { scheme } = wanted
    const { accountId } = session
    if (binding === 'public') {
      const choice = this.#addresses.choose({ ...wanted, isResumed: resumed !== undefined }, session, use.acl)
      return { binding, scheme, accountId, ...choice }
    }
    const host = wanted.host as string
    const port = wanted.port ?? DEFAULT_PORT[scheme]
    if (!use.acl.allowsHost(host) && !use.acl.allowsAddress(host, port)) {
      throw new TunnelError(316, `this authtoken may not bind ${host}`)
    }
    return { binding, scheme, accountId, host, port }
  }

  #resumedAddress(token: string, credentialId: string): RequestedAddress | undefined {
    const claims = this.#options.resumeTokens.verify(token)
    if (claims?.of !== 'endpoint') throw new TunnelError(335, 'bind resume token is malformed')
    // Somebody else's token proves nothing; the agent gets what it asked for by name.
    if (claims.credentialId !== credentialId) return undefined
    const scheme = claims.scheme as EndpointScheme
    // The edge may serve http and https on other ports since.
    const isFixed = scheme === 'tcp' || claims.host.endsWith('.internal')
    return { scheme, host: claims.host, port: isFixed ? claims.port : undefined }
  }
}

/** Whether TLS of connections to it ends elsewhere than that of others. */
function hasOwnTls({ scheme, binding, termination }: Endpoint): boolean {
  return binding === 'public' && (scheme === 'tls' || (scheme === 'https' && termination !== undefined))
}

/** Requests of one connection go to all that share an https address; a connection to a tls one is for one of them alone. */
function demandAlike(one: Endpoint, other: Endpoint): boolean {
  if (one.webSocketTcp !== other.webSocketTcp) return false
  return one.scheme !== 'https' || one.termination?.demands === other.termination?.demands
}

/** One property more is read where nothing is shared. */
function turnOf(endpoint: Endpoint): Endpoint {
  return endpoint.pool === undefined ? endpoint : endpoint.pool.pick()
}

function endpointAt(
  place: Pick<Endpoint, 'binding' | 'scheme' | 'host' | 'port'>,
  session: AgentSession,
  request: EndpointRequest,
  use: CredentialUse,
): Endpoint {
  const { binding, scheme, host, port } = place
  assertUpstreamProtocol(request.upstream.protocol)
  if (request.webSocketTcpConverter && scheme !== 'http' && scheme !== 'https')
    throw new TunnelError(813, `WebSockets come to http and https endpoints, not to ${scheme}`)
  const endpoint: Endpoint = {
    id: `ep_${randomUUID().replaceAll('-', '')}`,
    binding,
    scheme,
    host,
    port,
    url: formatUrl(scheme, host, port),
    labels: [],
    session: use.countsBytes ? meteredSession(session, use) : session,
    upstreamUrl: request.upstream.url,
    hostHeader: upstreamHostHeader(request.hostHeader, request.upstream.url),
    proxyProtocol: request.upstream.proxyProtocol,
    webSocketTcp: request.webSocketTcpConverter === true,
    termination: terminationFrom(request.tlsTermination, { scheme, binding }),
    policy: undefined,
    pool: undefined,
    running: 0,
    meter: use.isMetered ? use : undefined,
    name: request.name ?? '',
    description: request.description ?? '',
    metadata: request.metadata ?? '',
  }
  if (request.poolingEnabled) endpoint.pool = new EndpointPool(endpoint)
  return endpoint
}

function assertUpstreamProtocol(protocol: string | undefined): void {
  if (protocol === undefined || protocol === 'http1' || protocol === 'http2') return
  throw new TunnelError(15003, `upstream protocol ${JSON.stringify(protocol)} is not http1 or http2`)
}

/** `undefined` for an endpoint that has no address. */
function placeOf({ binding, scheme, host, port, session }: Endpoint): Place | undefined {
  return binding === 'labels' ? undefined : { binding, scheme, host, port, accountId: session.accountId }
}

function formatUrl(scheme: EndpointScheme, host: string, port: number): string {
  return port === DEFAULT_PORT[scheme] ? `${scheme}://${host}` : `${scheme}://${host}:${port}`
}

/** 334: who has the address now. */
export class AlreadyOnline extends TunnelError {
  readonly endpoint: Endpoint

  constructor(online: Endpoint, refused: Endpoint) {
    const unpooled = online.pool ? 'this endpoint does not ask for' : 'the one that is online does not allow'
    const reason =
      online.pool && refused.pool
        ? 'it is of another protocol or account, or demands other TLS of visitors, or makes TCP of WebSockets where the other does not'
        : `${unpooled} pooling`
    super(334, `${online.url} is already online (${reason}); stop it, choose another url, or enable pooling on both`)
    this.endpoint = online
  }
}

function heldForOther(url: string): TunnelError {
  return new TunnelError(334, `${url} is kept for the agent that just lost its connection; try again in a minute`, {
    retryable: true,
  })
}

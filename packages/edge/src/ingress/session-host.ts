import type { Socket } from 'node:net'
import { type EndpointPatch, type EndpointRequest, TunnelError } from '@tunnel/protocol'
import type { AgentSession } from '../agent-session.ts'
import { CredentialUses } from '../credentials/credential-uses.ts'
import type { Absences } from '../endpoints/absences.ts'
import type { Endpoint } from '../endpoints/endpoint.ts'
import { AlreadyOnline, type EndpointRegistry } from '../endpoints/registry.ts'
import { awaitedEndpoint, type HandedNames, handedEndpoint } from '../handover.ts'
import type { DataPath } from '../http/data-path.ts'
import type { EdgeLimits } from '../limits.ts'
import type { EdgeObserver } from '../observation/edge-observer.ts'
import { serveRaw } from '../policy/policed-connection.ts'
import type { Credential, EdgeLog } from '../ports.ts'
import type { ResumeTokens } from '../resume-token.ts'
import type { PortListeners } from '../tcp/port-listeners.ts'

/** bore's bound again: another program may have a port of the range that the registry thinks free. */
const MAX_PORT_OPEN_TRIES = 150

/** What sessions need of their edge: putting endpoints online and taking them off, and who else is connected. */
export class SessionHost {
  readonly limits: EdgeLimits
  readonly log: EdgeLog
  readonly observer: EdgeObserver | undefined
  readonly resumeTokens: ResumeTokens
  readonly resumeWindowMs: number
  readonly #registry: EndpointRegistry
  readonly #path: DataPath
  readonly #ports: PortListeners
  readonly #absences: Absences
  readonly #sessions = new Map<string, AgentSession>()
  readonly #uses = new CredentialUses()
  readonly #acceptTcp: (socket: Socket, serve: () => void) => void
  #sayGoodbye: ((session: AgentSession) => void) | undefined

  constructor(parts: {
    limits: EdgeLimits
    log: EdgeLog
    observer?: EdgeObserver | undefined
    resumeTokens: ResumeTokens
    resumeWindowMs: number
    registry: EndpointRegistry
    path: DataPath
    ports: PortListeners
    absences: Absences
    acceptTcp: (socket: Socket, serve: () => void) => void
  }) {
    this.limits = parts.limits
    this.log = parts.log
    this.observer = parts.observer
    this.resumeTokens = parts.resumeTokens
    this.resumeWindowMs = parts.resumeWindowMs
    this.#registry = parts.registry
    this.#path = parts.path
    this.#ports = parts.ports
    this.#absences = parts.absences
    this.#acceptTcp = parts.acceptTcp
  }

  get sessions(): Iterable<AgentSession> {
    return this.#sessions.values()
  }

  get sessionCount(): number {
    return this.#sessions.size
  }

  /** Tells all agents, and those who come in the last moment, that their sessions will end. */
  leave(reason: TunnelError, options: { resumeNow: boolean }): void {
    this.#sayGoodbye = (session) => session.leave(reason, options)
    for (const session of [...this.#sessions.values()]) this.#sayGoodbye(session)
  }

  /** The agent has been welcomed. */
  sessionReady(session: AgentSession): void {
    this.#sayGoodbye?.(session)
  }

  /** Agents of another process are on their way here: their addresses are theirs, and visitors wait for them. */
  expect(names: HandedNames): void {
    for (const { key, credentialId } of names.holds) this.#registry.hold(key, credentialId)
    for (const handed of names.endpoints) {
      const endpoint = awaitedEndpoint(handed)
      this.#registry.remove(endpoint, { hold: true })
      if (endpoint.binding === 'public' && this.#adoptPolicy(endpoint, handed.trafficPolicy))
        this.#absences.begin(endpoint)
    }
  }

  /** Requests that wait for an agent meet the policy of its endpoint. `false`: it is none here, and nobody may wait. */
  #adoptPolicy(endpoint: Endpoint, source: string | undefined): boolean {
    if (source === undefined) return true
    try {
      this.#registry.preparePolicy(endpoint, source).adopt()
      return true
    } catch (cause) {
      this.log.warn(
        { endpoint: endpoint.url, err: cause },
        'the traffic policy of an endpoint that is awaited is refused',
      )
      return false
    }
  }

  /** What {@link expect} takes, of this edge. */
  get names(): HandedNames {
    const addressed = [...this.#registry.endpoints()].filter(({ binding }) => binding !== 'labels')
    return { endpoints: addressed.map(handedEndpoint), holds: [...this.#registry.holds()] }
  }

  /** Throws 108 when the credential has as many sessions as it may. A session resumed by cookie gives way first. */
  admit(session: AgentSession, credential: Credential, cookie: string | undefined): void {
    if (cookie !== undefined) this.#evictResumed(cookie, session.credentialId)
    const use = this.#uses.adopt(credential)
    const max = Math.min(use.maxSessions, this.limits.maxSessionsPerCredential)
    const count = use.sessionCount
    if (count >= max) throw new TunnelError(108, `${count} sessions with this credential, the limit is ${max}`)
    use.sessionCount++
    this.#sessions.set(session.id, session)
  }

  #evictResumed(cookie: string, credentialId: string): void {
    const claims = this.resumeTokens.verify(cookie)
    if (claims?.of !== 'session') throw new TunnelError(110, 'resume cookie is malformed')
    const stale = this.#sessions.get(claims.sessionId)
    if (stale && stale.credentialId === credentialId)
      stale.close(new TunnelError(803, 'the agent resumed in a new session'))
  }

  sessionGone(session: AgentSession): void {
    this.#sessions.delete(session.id)
    const use = this.#uses.of(session.credentialId)
    use.sessionCount--
    if (use.sessionCount === 0) this.#uses.release(session.credentialId)
    this.log.info({ session: session.id, remoteAddress: session.remoteAddress }, 'agent session closed')
    this.observer?.sessionClosed?.(session)
  }

  assertMetadata(metadata: string | undefined): void {
    const max = this.limits.maxMetadataLength
    if (metadata !== undefined && metadata.length > max) {
      throw new TunnelError(100, `metadata of ${metadata.length} characters exceeds ${max}`)
    }
  }

  async bind(
    session: AgentSession,
    endpointCount: number,
    request: EndpointRequest,
    token: string | undefined,
  ): Promise<{ endpoint: Endpoint; token: string }> {
    const max = this.limits.maxEndpointsPerSession
    if (endpointCount >= max)
      throw new TunnelError(324, `${endpointCount} endpoints in this session, the limit is ${max}`)
    this.assertMetadata(request.metadata)
    const endpoint = await this.#online(session, request, token)
    this.log.info({ session: session.id, endpoint: endpoint.url }, 'endpoint online')
    this.observer?.endpointOnline?.(endpoint)
    return { endpoint, token: this.#registry.tokenFor(endpoint) }
  }

  async #online(session: AgentSession, request: EndpointRequest, token: string | undefined): Promise<Endpoint> {
    for (let tries = 1; ; tries++) {
      const endpoint = await this.#bindOrTakeOver(session, request, token)
      if (endpoint.scheme !== 'tcp' || endpoint.binding !== 'public') return endpoint
      try {
        await this.#ports.open(endpoint.port, (socket) =>
          this.#acceptTcp(socket, () => this.#serveTcp(socket, endpoint.port)),
        )
        return endpoint
      } catch (cause) {
        this.#registry.remove(endpoint, { hold: false })
        const chosenByAgent = token !== undefined || /:\d+$/.test(request.url ?? '')
        if (chosenByAgent || tries >= MAX_PORT_OPEN_TRIES) throw cause
      }
    }
  }

  /** Of those that share the port one is chosen now: the one for which it was opened may be gone. */
  #serveTcp(socket: Socket, port: number): void {
    const endpoint = this.#registry.matchPort(port)
    if (endpoint) serveRaw(socket, endpoint, this.#path, { kind: { protocol: 'raw' } })
    else socket.destroy()
  }

  /**
   * An agent that was started again wants the address of its own session that the edge still takes for online. The old session
   * is asked whether it is there, and gives way when it does not say so.
   */
  async #bindOrTakeOver(session: AgentSession, request: EndpointRequest, token: string | undefined): Promise<Endpoint> {
    const use = this.#uses.of(session.credentialId)
    try {
      return this.#registry.bind(session, request, token, use)
    } catch (cause) {
      const holder = cause instanceof AlreadyOnline ? cause.endpoint.session : session
      if (holder.id === session.id || holder.credentialId !== session.credentialId) throw cause
      const { takeoverProbeMs } = this.limits
      if (await holder.isAlive(takeoverProbeMs)) throw cause
      this.log.warn({ session: holder.id, by: session.id }, `agent session gave no answer in ${takeoverProbeMs} ms`)
      holder.close(new TunnelError(803, `the agent gave no answer in ${takeoverProbeMs} ms and another took its place`))
      return this.#registry.bind(session, request, token, use)
    }
  }

  /** Changes a live endpoint. Throws 100, the code of a policy's first fault, 334 for a pool that cannot be closed, or what a bind with such TLS would. */
  update(endpoint: Endpoint, patch: EndpointPatch): void {
    this.assertMetadata(patch.metadata)
    const { trafficPolicy } = patch
    const policy = trafficPolicy === undefined ? undefined : this.#registry.preparePolicy(endpoint, trafficPolicy)
    if (patch.tlsTermination) this.#registry.setTermination(endpoint, patch.tlsTermination)
    if (patch.poolingEnabled !== undefined) this.#registry.setPooling(endpoint, patch.poolingEnabled)
    policy?.adopt()
    endpoint.name = patch.name ?? endpoint.name
    endpoint.description = patch.description ?? endpoint.description
    endpoint.metadata = patch.metadata ?? endpoint.metadata
  }

  /** One that any session with the credential has online at a URL. */
  endpointOfCredential(credentialId: string, url: string): Endpoint | undefined {
    for (const endpoint of this.#registry.endpoints())
      if (endpoint.url === url && endpoint.session.credentialId === credentialId) return endpoint
    return undefined
  }

  /** The agent has been told that `endpoint` is online. */
  endpointReady(endpoint: Endpoint): void {
    this.#absences.end(endpoint)
  }

  endpointGone(endpoint: Endpoint, options: { hold: boolean }): void {
    const isFree = this.#registry.remove(endpoint, options)
    const isPublic = endpoint.binding === 'public'
    if (options.hold && isFree && isPublic) this.#absences.begin(endpoint)
    if (endpoint.scheme !== 'tcp') this.#path.dropPool(endpoint)
    else if (isFree && isPublic) this.#ports.close(endpoint.port)
    this.log.info({ endpoint: endpoint.url, session: endpoint.session.id }, 'endpoint offline')
    this.observer?.endpointOffline?.(endpoint)
  }
}

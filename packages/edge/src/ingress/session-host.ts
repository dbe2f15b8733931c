import type { Socket } from 'node:net'
import { type EndpointRequest, TunnelError } from '@tunnel/protocol'
import type { AgentSession } from '../agent-session.ts'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { EndpointRegistry } from '../endpoints/registry.ts'
import type { DataPath } from '../http/data-path.ts'
import type { EdgeLimits } from '../limits.ts'
import type { EdgeLog } from '../ports.ts'
import type { ResumeTokens } from '../resume-token.ts'
import type { PortListeners } from '../tcp/port-listeners.ts'
import { serveTcp } from '../tcp/tcp-visitor.ts'

/** bore's bound again: another program may have a port of the range that the registry thinks free. */
const MAX_PORT_OPEN_TRIES = 150

/** What sessions need of their edge: putting endpoints online and taking them off, and who else is connected. */
export class SessionHost {
  readonly limits: EdgeLimits
  readonly log: EdgeLog
  readonly resumeTokens: ResumeTokens
  readonly resumeWindowMs: number
  readonly #registry: EndpointRegistry
  readonly #path: DataPath
  readonly #ports: PortListeners
  readonly #sessions = new Map<string, AgentSession>()
  readonly #acceptTcp: (socket: Socket, serve: () => void) => void

  constructor(parts: {
    limits: EdgeLimits
    log: EdgeLog
    resumeTokens: ResumeTokens
    resumeWindowMs: number
    registry: EndpointRegistry
    path: DataPath
    ports: PortListeners
    acceptTcp: (socket: Socket, serve: () => void) => void
  }) {
    this.limits = parts.limits
    this.log = parts.log
    this.resumeTokens = parts.resumeTokens
    this.resumeWindowMs = parts.resumeWindowMs
    this.#registry = parts.registry
    this.#path = parts.path
    this.#ports = parts.ports
    this.#acceptTcp = parts.acceptTcp
  }

  get sessions(): Iterable<AgentSession> {
    return this.#sessions.values()
  }

  get sessionCount(): number {
    return this.#sessions.size
  }

  /** Throws 108 when the credential has as many sessions as it may. A session resumed by cookie gives way first. */
  admit(session: AgentSession, cookie: string | undefined): void {
    if (cookie !== undefined) this.#evictResumed(cookie, session.credentialId)
    let count = 0
    for (const other of this.#sessions.values()) if (other.credentialId === session.credentialId) count++
    const max = this.limits.maxSessionsPerCredential
    if (count >= max) throw new TunnelError(108, `${count} sessions with this credential, the limit is ${max}`)
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
    this.log.info({ session: session.id, remoteAddress: session.remoteAddress }, 'agent session closed')
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
    return { endpoint, token: this.#registry.tokenFor(endpoint) }
  }

  async #online(session: AgentSession, request: EndpointRequest, token: string | undefined): Promise<Endpoint> {
    for (let tries = 1; ; tries++) {
      const endpoint = this.#registry.bind(session, request, token)
      if (endpoint.scheme !== 'tcp') return endpoint
      try {
        await this.#ports.open(endpoint.port, (socket) => {
          this.#acceptTcp(socket, () => serveTcp(socket, endpoint, this.limits, this.log))
        })
        return endpoint
      } catch (cause) {
        this.#registry.remove(endpoint, { hold: false })
        const chosenByAgent = token !== undefined || /:\d+$/.test(request.url ?? '')
        if (chosenByAgent || tries >= MAX_PORT_OPEN_TRIES) throw cause
      }
    }
  }

  endpointGone(endpoint: Endpoint, options: { hold: boolean }): void {
    this.#registry.remove(endpoint, options)
    if (endpoint.scheme === 'tcp') this.#ports.close(endpoint.port)
    else this.#path.dropPool(endpoint)
    this.log.info({ endpoint: endpoint.url, session: endpoint.session.id }, 'endpoint offline')
  }
}

import type { ForwardEvents, Listener, Session, TunnelError } from '@tunnel/agent-core'
import type { AgentLog } from '../log/agent-log.ts'
import { CLI_VERSION } from '../version.ts'
import type { Forwarding, StatusLines } from './status-lines.ts'

const ofSession = { obj: 'tunnels.session' }

/** Tells log and person what happens to a session and its endpoints. */
export class SessionReport {
  readonly #log: AgentLog
  readonly #status: StatusLines | undefined
  #isStarted = false
  #wasOnline = false

  constructor(log: AgentLog, status: StatusLines | undefined) {
    this.#log = log
    this.#status = status
  }

  watch(session: Session): void {
    session.on('connected', () => {
      this.#wasOnline = true
      this.#log.info('client session established', ofSession)
      this.#log.info('tunnel session started', ofSession)
      if (!this.#isStarted) return
      this.#logEndpoints(session.endpoints())
      this.#status?.online(session.endpoints().map(forwardingOf))
    })
    session.on('disconnected', (error, retryInMs) => {
      if (this.#wasOnline) this.#log.error('session closed, starting reconnect loop', fieldsOf(error))
      else this.#log.error('failed to reconnect session', { ...ofSession, ...fieldsOf(error) })
      this.#wasOnline = false
      this.#log.debug('sleep before reconnect', { secs: retryInMs / 1000 })
      if (session.state !== 'online') this.#status?.reconnecting(error.message)
    })
    session.on('edgeLost', (edge, error) =>
      this.#log.error('session with one edge closed', { ...ofSession, edge, ...fieldsOf(error) }),
    )
    session.on('refused', (listener, error) =>
      this.#log.warn('tunnel refused by one edge', { obj: 'tunnels', url: listener.url(), ...fieldsOf(error) }),
    )
    session.on('close', (error) => {
      if (error)
        this.#log.error(this.#isStarted ? 'session closed' : 'failed to auth', { ...ofSession, ...fieldsOf(error) })
    })
  }

  started(session: Session, endpoints: readonly Listener[]): void {
    this.#isStarted = true
    this.#logEndpoints(endpoints)
    const { serverAddr, transport, latencyMs } = session
    this.#status?.started({ version: CLI_VERSION, serverAddr, transport, latencyMs }, endpoints.map(forwardingOf))
  }

  endpointLost(listener: Listener, error: TunnelError): void {
    this.#log.error('tunnel closed', { obj: 'tunnels', url: listener.url(), ...fieldsOf(error) })
    this.#status?.endpointLost(listener.url(), error.message)
  }

  /** What connections to an upstream report. */
  forwarding(upstream: string): ForwardEvents {
    return {
      onOpened: () => this.#log.info('join connections', { obj: 'join', l: upstream }),
      onFailed: (error) =>
        this.#log.warn('failed to open private leg', { obj: 'join', l: upstream, ...fieldsOf(error) }),
    }
  }

  #logEndpoints(endpoints: readonly Listener[]): void {
    for (const listener of endpoints) {
      const name = listener.request.name ?? ''
      this.#log.info('started tunnel', { obj: 'tunnels', name, addr: listener.forwardsTo(), url: listener.url() })
    }
  }
}

function forwardingOf(listener: Listener): Forwarding {
  // One without an address is known by its labels.
  return { url: listener.url() || (listener.request.labels ?? []).join(','), upstream: listener.forwardsTo() }
}

function fieldsOf(error: TunnelError): { err: string; code: string } {
  return { err: error.message, code: error.code }
}

import { randomBytes } from 'node:crypto'
import type { ForwardEvents, Listener, OnRequest, Session, TrafficStatistics, TunnelError } from '@tunnel/agent-core'
import type { AgentLog } from '../log/agent-log.ts'
import { CLI_VERSION } from '../version.ts'
import type { Forwarding, SessionFacts, StatusView } from './status-view.ts'

const ofSession = { obj: 'tunnels.session' }

/** Tells log and person what happens to a session and its endpoints. */
export class SessionReport {
  readonly #log: AgentLog
  readonly #status: StatusView | undefined
  #statistics: TrafficStatistics | undefined
  #isStarted = false
  #wasOnline = false

  constructor(log: AgentLog, status: StatusView | undefined) {
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
      this.#status?.online(factsOf(session), session.endpoints().map(forwardingOf))
    })
    session.on('disconnected', (error, retryInMs) => {
      if (this.#wasOnline) this.#log.error('session closed, starting reconnect loop', fieldsOf(error))
      else this.#log.error('failed to reconnect session', { ...ofSession, ...fieldsOf(error) })
      this.#wasOnline = false
      this.#log.debug('sleep before reconnect', { secs: retryInMs / 1000 })
      if (session.state !== 'online') this.#status?.reconnecting(error.message)
    })
    session.on('heartbeat', (latencyMs) => this.#status?.latency?.(latencyMs))
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
    this.#status?.started(factsOf(session), endpoints.map(forwardingOf))
  }

  webInterface(url: string): void {
    this.#status?.webInterface(url)
  }

  /** Endpoints have come or gone since the start. */
  endpointsChanged(session: Session, started: readonly Listener[] = []): void {
    this.#logEndpoints(started)
    this.#status?.online(factsOf(session), session.endpoints().map(forwardingOf))
  }

  endpointLost(listener: Listener, error: TunnelError): void {
    this.#log.error('tunnel closed', { obj: 'tunnels', url: listener.url(), ...fieldsOf(error) })
    this.#status?.endpointLost(listener.url(), error.message)
  }

  /** Counts what is forwarded from here on, where that is shown. Requests are read only then. */
  countWith(create: (onRequest: OnRequest) => TrafficStatistics): void {
    const status = this.#status
    if (!status?.counting) return
    this.#statistics = create((summary) => status.request?.(summary))
    status.counting(this.#statistics)
  }

  /** What connections to an upstream report. */
  forwarding(upstream: string): ForwardEvents {
    const counted = this.#statistics?.connectionEvents
    return {
      onOpened: (visitor) => {
        counted?.onOpened?.(visitor)
        this.#log.info('join connections', joinOf(upstream, visitor))
      },
      onClosed: (facts) => counted?.onClosed?.(facts),
      onFailed: (error, visitor) =>
        this.#log.warn('failed to open private leg', { ...joinOf(upstream, visitor), ...fieldsOf(error) }),
      observe: this.#statistics?.observe,
    }
  }

  #logEndpoints(endpoints: readonly Listener[]): void {
    for (const listener of endpoints) {
      const name = listener.request.name ?? ''
      this.#log.info('started tunnel', { obj: 'tunnels', name, addr: listener.forwardsTo(), url: listener.url() })
    }
  }
}

/** Of one connection; whoever reads a log tells two of one visitor apart by the id. */
const joinOf = (upstream: string, visitor: string) => ({
  obj: 'join',
  id: randomBytes(6).toString('hex'),
  l: upstream,
  r: visitor,
})

function factsOf({ serverAddr, transport, latencyMs, welcome }: Session): SessionFacts {
  const { account, region, banner, deprecation } = welcome ?? {}
  const words = [banner, deprecation?.message].filter((text) => text !== undefined && text !== '')
  return {
    version: CLI_VERSION,
    serverAddr,
    transport,
    latencyMs,
    account,
    region,
    banner: words.join('\n') || undefined,
  }
}

function forwardingOf(listener: Listener): Forwarding {
  // One without an address is known by its labels.
  return { url: listener.url() || (listener.request.labels ?? []).join(','), upstream: listener.forwardsTo() }
}

function fieldsOf(error: TunnelError): { err: string; code: string } {
  return { err: error.message, code: error.code }
}

import { type StreamHeader, TunnelError } from '@tunnel/protocol'
import type { AgentSession, AgentStream, StreamReceiver } from '../agent-session.ts'
import { decideAlike } from '../policy/endpoint-policy.ts'
import type { Endpoint } from './endpoint.ts'
import { HeldStream } from './held-stream.ts'
import { HostTable } from './host-table.ts'

export interface AbsencesOptions {
  /** How long after the loss of its session an endpoint is expected back. 0: not at all. */
  graceMs: number
  /** Requests that may wait, for all endpoints together. */
  maxWaiting: number
  /** Called with the stand-in that {@link Absences.match} gave, when it is of no more use. */
  onOver: (standIn: Endpoint) => void
  /** Called with how long a request has waited, when it does not any more. */
  onWaited?: ((waitedMs: number) => void) | undefined
}

/**
 * HTTP endpoints whose session was lost a moment ago. Until the agent is back, or the grace is over, a stand-in takes their
 * requests and holds them. The data path sees an endpoint like any other, and one that is online never comes here.
 */
export class Absences {
  readonly #options: AbsencesOptions
  readonly #byHost = { http: new HostTable<Absence>(), https: new HostTable<Absence>() }
  readonly #running = new Set<Absence>()
  #waiting = 0
  #closed = false

  constructor(options: AbsencesOptions) {
    this.#options = options
  }

  /** How many requests wait. */
  get waitingCount(): number {
    return this.#waiting
  }

  get isEmpty(): boolean {
    return this.#running.size === 0
  }

  /** The session of `endpoint` is lost, and its agent may come back. */
  begin(endpoint: Endpoint): void {
    const { graceMs } = this.#options
    const table = this.#tableOf(endpoint)
    if (!table || graceMs === 0 || this.#closed || table.get(endpoint.host)) return
    const onCount = (change: number): void => {
      this.#waiting += change
    }
    const absence = new Absence(endpoint, onCount, this.#options.onWaited)
    table.set(endpoint.host, absence)
    this.#running.add(absence)
    absence.timer = setTimeout(() => this.#over(absence, undefined), graceMs).unref()
  }

  /** `endpoint` is online, and its agent knows: what waited for its address goes on. */
  end(endpoint: Endpoint): void {
    const absence = this.#tableOf(endpoint)?.get(endpoint.host)
    if (absence) this.#over(absence, endpoint)
  }

  /** What stands in for the endpoint of `host`; `undefined` when none is expected back, or as many requests wait as may. */
  match(scheme: 'http' | 'https', host: string): Endpoint | undefined {
    if (this.#running.size === 0 || this.#waiting >= this.#options.maxWaiting) return undefined
    return this.#byHost[scheme].match(host)?.standIn
  }

  /** Nobody is expected back any more. */
  close(): void {
    this.#closed = true
    for (const absence of this.#running) this.#over(absence, undefined)
  }

  #over(absence: Absence, back: Endpoint | undefined): void {
    this.#tableOf(absence.standIn)?.delete(absence.standIn.host)
    this.#running.delete(absence)
    clearTimeout(absence.timer)
    absence.settle(back)
    this.#options.onOver(absence.standIn)
  }

  /** Only what visitors can reach has some that wait. */
  #tableOf({ scheme, binding }: Endpoint): HostTable<Absence> | undefined {
    if (binding === 'internal') return undefined
    return scheme === 'http' || scheme === 'https' ? this.#byHost[scheme] : undefined
  }
}

/** One endpoint that is away, and the streams that wait for it: the session of its stand-in. */
class Absence implements AgentSession {
  readonly standIn: Endpoint
  timer: NodeJS.Timeout | undefined
  readonly #lost: AgentSession
  readonly #held = new Set<HeldStream>()
  readonly #onCount: (change: number) => void
  readonly #onWaited: AbsencesOptions['onWaited']

  constructor(endpoint: Endpoint, onCount: (change: number) => void, onWaited: AbsencesOptions['onWaited']) {
    this.standIn = { ...endpoint, session: this, pool: undefined, running: 0 }
    this.#lost = endpoint.session
    this.#onCount = onCount
    this.#onWaited = onWaited
  }

  get id(): string {
    return this.#lost.id
  }

  get credentialId(): string {
    return this.#lost.credentialId
  }

  get accountId(): string {
    return this.#lost.accountId
  }

  get remoteAddress(): string {
    return this.#lost.remoteAddress
  }

  get gone(): Promise<void> {
    return this.#lost.gone
  }

  isAlive(): Promise<boolean> {
    return Promise.resolve(false)
  }

  openStream(header: StreamHeader, receiver: StreamReceiver): AgentStream {
    const stream = new HeldStream(header, receiver, (gone) => this.#release(gone))
    this.#held.add(stream)
    this.#onCount(1)
    return stream
  }

  leave(): void {}

  close(): void {}

  /** It waits no more. */
  #release(stream: HeldStream): void {
    if (!this.#held.delete(stream)) return
    this.#onCount(-1)
    this.#onWaited?.(performance.now() - stream.sinceMs)
  }

  /** In the order in which they came. */
  settle(back: Endpoint | undefined): void {
    for (const stream of this.#held) {
      this.#release(stream)
      if (!back) stream.giveUp(new TunnelError(3200, `${this.standIn.url} did not come back`))
      else if (back.termination?.demands !== this.standIn.termination?.demands)
        stream.giveUp(new TunnelError(3210, `${back.url} came back and demands other TLS of visitors`))
      else if (back.webSocketTcp !== this.standIn.webSocketTcp)
        stream.giveUp(new TunnelError(3210, `${back.url} came back with another websocket_tcp_converter`))
      else if (!decideAlike(back.policy, this.standIn.policy))
        stream.giveUp(new TunnelError(3210, `${back.url} came back with another traffic policy`))
      else if (back.hostHeader === this.standIn.hostHeader) stream.goOn(back)
      // Its head names a Host for another upstream.
      else stream.giveUp(new TunnelError(3210, `${back.url} came back with another host_header`))
    }
  }
}

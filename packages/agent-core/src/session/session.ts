import { EventEmitter } from 'node:events'
import { type EndpointRequest, TunnelError, type Welcome } from '@tunnel/protocol'
import { type ExplainOptions, Listener, type ListenerSession, type StreamHandler } from '../listener.ts'
import { validateNetwork } from '../network/network-options.ts'
import { HttpListenerBuilder } from '../sdk/http-listener-builder.ts'
import { LabeledListenerBuilder } from '../sdk/labeled-listener-builder.ts'
import { TcpListenerBuilder } from '../sdk/tcp-listener-builder.ts'
import { TlsListenerBuilder } from '../sdk/tls-listener-builder.ts'
import type { EdgeAddress, EdgeTransport } from './dial-edge.ts'
import { EdgeLeg, type LegHost } from './edge-leg.ts'
import { type SessionOptions, validateTimes } from './options.ts'
import { answerRemoteCommand } from './remote-command.ts'
import { resolveTargets } from './target.ts'

export interface SessionEvents {
  /** Authenticated, and every endpoint is online again. Of several edges: at one of them. */
  connected: [welcome: Welcome]
  /** The connection is lost, or an attempt failed; the next one starts in `retryInMs`. Of several edges: that to one of them. */
  disconnected: [error: TunnelError, retryInMs: number]
  /** The edge answered a heartbeat. */
  heartbeat: [latencyMs: number]
  /** An endpoint is online for the first time. */
  bound: [listener: Listener]
  /** One of several edges does not serve an endpoint that others do. */
  refused: [listener: Listener, error: TunnelError]
  /** One of several edges (`host:port`) ended the session for good; it goes on at the others. */
  edgeLost: [serverAddr: string, error: TunnelError]
  /** The session is over. With an error when it did not end by `close()`. */
  close: [error: TunnelError | undefined]
}

export type SessionState = 'connecting' | 'online' | 'reconnecting' | 'closed'

/**
 * An agent's session with an edge: authenticates, keeps endpoints online, and comes back by itself after any loss until it
 * is closed or the edge says not to (`retryable: false`). With several edges it has the same endpoints at each of them, and is
 * online while one is.
 */
export class Session extends EventEmitter<SessionEvents> {
  readonly #legs: readonly EdgeLeg[]
  readonly #bound = new Set<Listener>()
  readonly #ended = new AbortController()
  readonly #failures = new Map<EdgeLeg, TunnelError>()
  #onHopeless = (_error: TunnelError): void => {}
  #latencyMs: number | undefined
  #isClosed = false
  #closing: Promise<void> | undefined

  private constructor(options: SessionOptions) {
    super()
    validateTimes(options)
    validateNetwork(options)
    const host = this.#legHost(options)
    this.#legs = resolveTargets(options).map((target) => new EdgeLeg(target, options, host))
  }

  /**
   * Connects and authenticates. Rejects with {@link TunnelError} when the first attempt fails (with several edges: at all of them),
   * unless `keepTrying` is set and the reason may pass. `onCreated` gives the session before it is online, to hear its events.
   */
  static async connect(options: SessionOptions, onCreated?: (session: Session) => void): Promise<Session> {
    const session = new Session(options)
    options.signal?.throwIfAborted()
    options.signal?.addEventListener('abort', () => void session.close(), { signal: session.#ended.signal })
    onCreated?.(session)
    await session.#connect(options.keepTrying ?? false)
    return session
  }

  get state(): SessionState {
    if (this.#isClosed) return 'closed'
    const states = this.#legs.map(({ state }) => state)
    return (['online', 'reconnecting'] as const).find((state) => states.includes(state)) ?? 'connecting'
  }

  /** What the edge said at the last welcome. */
  get welcome(): Welcome | undefined {
    return this.#leg?.connection?.welcome
  }

  get latencyMs(): number | undefined {
    return this.#latencyMs
  }

  /** How the session currently travels. */
  get transport(): EdgeTransport | undefined {
    return this.#leg?.connection?.transport
  }

  /** `host:port` of the edge; of several, the first that is online. */
  get serverAddr(): string {
    return addressText((this.#leg ?? (this.#legs[0] as EdgeLeg)).target.address)
  }

  /**
   * What the traffic policy of an endpoint does with one request to come, as JSON: of an endpoint at `url` that any session with the same
   * credential has. `undefined` when no such request came in time. Rejects with 333 where there is none, 2206 for one without a policy.
   */
  explain(url: string, options: ExplainOptions): Promise<string | undefined> {
    return firstOf(this.#legs.map((leg) => leg.explainUrl(url, options)))
  }

  /** The endpoints that are online or coming back. */
  endpoints(): readonly Listener[] {
    return [...this.#bound]
  }

  /** Puts an endpoint online. Rejects with what the edge answered. */
  async bind(request: EndpointRequest, handle: StreamHandler): Promise<Listener> {
    const home = this.#leg
    if (!home) throw new TunnelError(810, `the session is ${this.state}`, { retryable: this.state !== 'closed' })
    const listener = await home.bind(request, (bound) => {
      const created = new Listener(request, bound, handle, this.#listenerSession)
      this.#bound.add(created)
      return created
    })
    await Promise.all(this.#legs.map((leg) => (leg === home ? undefined : leg.bindMissing())))
    this.emit('bound', listener)
    return listener
  }

  /** An http endpoint of this session, step by step; so are the next three. */
  httpEndpoint(): HttpListenerBuilder {
    return new HttpListenerBuilder(this)
  }

  tcpEndpoint(): TcpListenerBuilder {
    return new TcpListenerBuilder(this)
  }

  tlsEndpoint(): TlsListenerBuilder {
    return new TlsListenerBuilder(this)
  }

  /** One without an address, which backends of the edge choose by its labels. */
  labeledListener(): LabeledListenerBuilder {
    return new LabeledListenerBuilder(this)
  }

  /** {@link Session.endpoints} under the name of ngrok's SDK. With an event: who listens to it, as of any emitter. */
  override listeners(): Promise<Listener[]>
  override listeners(event: string | symbol): ReturnType<EventEmitter<SessionEvents>['listeners']>
  override listeners(event?: string | symbol): unknown {
    return event === undefined ? Promise.resolve([...this.#bound]) : super.listeners(event)
  }

  /** Takes the endpoint with this id offline, if there is one. */
  async closeListener(id: string): Promise<void> {
    await Promise.all([...this.#bound].map((listener) => (listener.id() === id ? listener.close() : undefined)))
  }

  /** Takes all endpoints offline and ends the session. Resolves when the connection is gone. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= Promise.all(this.#legs.map((leg) => leg.close())).then(() => {})
    this.#end(undefined)
    return this.#closing
  }

  /** The first that is connected. */
  get #leg(): EdgeLeg | undefined {
    return this.#legs.find((leg) => leg.state === 'online') ?? this.#legs.find((leg) => leg.connection)
  }

  async #connect(keepTrying: boolean): Promise<void> {
    const [only, ...others] = this.#legs as [EdgeLeg, ...EdgeLeg[]]
    if (others.length === 0) return only.connect(keepTrying)
    const hopeless = new Promise<never>((_resolve, reject) => {
      if (!keepTrying) this.#onHopeless = reject
    })
    try {
      await Promise.race([Promise.any(this.#legs.map((leg) => leg.connect(true))), hopeless])
    } catch (cause) {
      const error = TunnelError.from(cause instanceof AggregateError ? cause.errors[0] : cause)
      for (const leg of this.#legs) void leg.close()
      this.#end(error)
      throw error
    }
  }

  #legHost(options: SessionOptions): LegHost {
    return {
      endpoints: this.#bound,
      onConnected: (_leg, welcome) => {
        this.#onHopeless = () => {}
        this.emit('connected', welcome)
      },
      onDisconnected: (leg, error, retryInMs) => {
        this.emit('disconnected', error, retryInMs)
        this.#failures.set(leg, error)
        if (this.#failures.size === this.#legs.length) this.#onHopeless(error)
      },
      onHeartbeat: (latencyMs) => {
        this.#latencyMs = latencyMs
        this.emit('heartbeat', latencyMs)
      },
      onRefused: (leg, listener, error) => {
        if (this.#legs.some((other) => other !== leg && other.serves(listener))) {
          this.emit('refused', listener, error)
        } else if (this.#bound.delete(listener)) {
          listener.gone(error)
        }
      },
      onCommand: (message, requests) => answerRemoteCommand(message, options, requests, () => this.close()),
      onEnd: (leg, error) => {
        if (!error) return
        if (this.#legs.every(({ state }) => state === 'closed')) this.#end(error)
        else this.emit('edgeLost', addressText(leg.target.address), error)
      },
    }
  }

  readonly #listenerSession: ListenerSession = {
    unbind: (listener) => this.#unbind(listener),
    update: async (listener, patch) => {
      await Promise.all(this.#legs.map((leg) => leg.update(listener, patch)))
    },
    explain: (listener, options) => firstOf(this.#legs.map((leg) => leg.explain(listener, options))),
  }

  async #unbind(listener: Listener): Promise<void> {
    if (!this.#bound.delete(listener)) return
    listener.gone(undefined)
    await Promise.all(this.#legs.map((leg) => leg.unbind(listener)))
  }

  #end(error: TunnelError | undefined): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#ended.abort()
    for (const listener of this.#bound) listener.gone(error)
    this.#bound.clear()
    this.emit('close', error)
  }
}

function addressText({ host, port }: EdgeAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** The first edge that has something to tell; `undefined` where none has. Rejects where all do. */
async function firstOf<T>(answers: Promise<T | undefined>[]): Promise<T | undefined> {
  const told = answers.map((answer) => answer.then((value) => value ?? Promise.reject(NOTHING_TOLD)))
  try {
    return await Promise.any(told)
  } catch (cause) {
    const { errors } = cause as AggregateError
    if (errors.includes(NOTHING_TOLD)) return undefined
    throw errors[0]
  }
}

const NOTHING_TOLD = new Error('nothing to tell')

import { setTimeout as delay } from 'node:timers/promises'
import {
  type BoundEndpoint,
  type EdgeMessage,
  type EndpointPatch,
  type EndpointRequest,
  TunnelError,
  type Welcome,
} from '@tunnel/protocol'
import type { ExplainOptions, Listener } from '../listener.ts'
import { backoffDelayMs } from './backoff.ts'
import { bindAgain, bindOver, requestForSameAddress, unbindOver } from './bind-endpoint.ts'
import { connectToEdge, type EdgeConnection } from './connection.ts'
import type { ControlRequests } from './control-requests.ts'
import type { EdgeRoute, EdgeTransport } from './dial-edge.ts'
import type { SessionOptions } from './options.ts'
import { RevocationList } from './revocation-list.ts'
import { serveStream } from './serve-streams.ts'
import { ServedEndpoints } from './served-endpoints.ts'
import type { SessionTarget } from './target.ts'

/** The session that a leg belongs to. */
export interface LegHost {
  /** What the leg keeps online. */
  readonly endpoints: ReadonlySet<Listener>
  onConnected(leg: EdgeLeg, welcome: Welcome): void
  onDisconnected(leg: EdgeLeg, error: TunnelError, retryInMs: number): void
  onHeartbeat(latencyMs: number): void
  /** The edge refused an endpoint, or took it, and that is final. */
  onRefused(leg: EdgeLeg, listener: Listener, error: TunnelError): void
  onCommand(message: EdgeMessage, requests: ControlRequests): void
  /** Once. Without an error after `close()`. */
  onEnd(leg: EdgeLeg, error: TunnelError | undefined): void
}

/** A connection with the endpoints that are served over it. */
interface Link {
  readonly connection: EdgeConnection
  readonly served: ServedEndpoints
}

const DEFAULT_TRANSPORTS: readonly EdgeTransport[] = ['tls', 'websocket']

/** Connections that an edge let go and has not ended yet. At one more the oldest is ended here: its edge is stuck. */
const MAX_RETIRED_CONNECTIONS = 4

/**
 * Keeps one edge connected, with all endpoints of its session: comes back by itself after any loss, until it is closed or the edge
 * says not to. An edge that moves to another process is followed before it is left: the old connection serves until its end.
 */
export class EdgeLeg {
  readonly target: SessionTarget
  readonly #options: SessionOptions
  readonly #route: EdgeRoute
  readonly #host: LegHost
  readonly #abort = new AbortController()
  /** Endpoints whose address this edge gave. */
  readonly #home = new WeakSet<Listener>()
  /** Proofs for binding again, by endpoint. */
  readonly #tokens = new WeakMap<Listener, string>()
  readonly #retired = new Set<Link>()
  #state: 'connecting' | 'online' | 'reconnecting' | 'closed' = 'connecting'
  #current: Link | undefined
  /** Welcomed, and being bound. */
  #pending: Link | undefined
  #isEstablishing = false
  #cookie: string | undefined
  #transport: EdgeTransport | undefined

  constructor(target: SessionTarget, options: SessionOptions, host: LegHost) {
    this.target = target
    this.#options = options
    this.#route = {
      ...target,
      network: options,
      env: options.env,
      revocation: options.crlUrl === undefined ? undefined : new RevocationList(options.crlUrl),
    }
    this.#host = host
  }

  get state(): 'connecting' | 'online' | 'reconnecting' | 'closed' {
    return this.#state
  }

  get connection(): EdgeConnection | undefined {
    return (this.#current ?? this.#pending)?.connection
  }

  /** Whether this edge has the endpoint, or had it and is expected to again. */
  serves(listener: Listener): boolean {
    return this.#state !== 'closed' && (this.#current?.served.has(listener) ?? this.#tokens.has(listener))
  }

  /** Resolves when it is online. Rejects when the first attempt fails, unless `keepTrying` and the reason may pass; then it has ended. */
  async connect(keepTrying: boolean): Promise<void> {
    this.#isEstablishing = true
    try {
      for (let attempt = 0; ; attempt++) {
        try {
          return await this.#attempt()
        } catch (cause) {
          if (this.#abort.signal.aborted) throw this.#closedError()
          const error = TunnelError.from(cause)
          // The edge cannot read its own cookie any more: it would refuse it for ever.
          if (error.code === 'ERR_TUNNEL_110') this.#cookie = undefined
          if (!error.retryable || !keepTrying) {
            this.#end(error)
            throw error
          }
          await this.#pause(error, attempt)
        }
      }
    } finally {
      this.#isEstablishing = false
    }
  }

  /** Asks for a new address. `create` is called before any of its streams is looked at. */
  async bind(request: EndpointRequest, create: (bound: BoundEndpoint) => Listener): Promise<Listener> {
    const link = this.#current ?? this.#pending
    if (!link) throw new TunnelError(810, `the session is ${this.#state}`, { retryable: this.#state !== 'closed' })
    const listener = await bindOver(link.connection, request, undefined, (bound) => {
      const created = create(bound)
      this.#home.add(created)
      this.#onBound(link, created, bound)
      return created
    })
    // The edge may have moved meanwhile.
    if (this.#current !== link) await this.bindMissing()
    return listener
  }

  /** Brings what the session has and this edge does not. What cannot be had now is had after the next connect. */
  async bindMissing(): Promise<void> {
    const link = this.#current
    if (link) await this.#bindAll(link).catch(() => link.connection.abort())
  }

  async unbind(listener: Listener): Promise<void> {
    const links = [this.#current, this.#pending, ...this.#retired].filter((link) => link !== undefined)
    await Promise.all(links.map(({ connection, served }) => unbindOver(connection, served.delete(listener))))
  }

  /** An edge that does not have the endpoint now is asked for it with the patch when it comes back. */
  async update(listener: Listener, patch: EndpointPatch): Promise<void> {
    const link = this.#current ?? this.#pending
    const endpointId = link?.served.idOf(listener)
    if (link && endpointId !== undefined)
      await link.connection.requests.request({ type: 'update', endpointId, endpoint: patch })
  }

  /** Rejects with 810 while the edge is away. */
  async explain(listener: Listener, { token, ttlMs }: ExplainOptions): Promise<string | undefined> {
    const link = this.#current ?? this.#pending
    const endpointId = link?.served.idOf(listener)
    if (!link || endpointId === undefined)
      throw new TunnelError(810, 'the edge does not have the endpoint now', { retryable: true })
    return explained(link, endpointId, { token, ttlMs })
  }

  /** The same of an endpoint that another session with the same credential has. */
  async explainUrl(url: string, options: ExplainOptions): Promise<string | undefined> {
    const link = this.#current ?? this.#pending
    if (!link) throw new TunnelError(810, 'there is no connection to the edge now', { retryable: true })
    return explained(link, url, options)
  }

  /** Says goodbye. Resolves when the connections are gone. */
  async close(): Promise<void> {
    const links = [this.#current, this.#pending, ...this.#retired].filter((link) => link !== undefined)
    const closed = Promise.all(links.map(({ connection }) => connection.close()))
    this.#end(undefined)
    await closed
  }

  // Coming and coming back

  async #attempt(): Promise<void> {
    const link = await this.#connectAnyWay()
    const { connection } = link
    this.#assertUsable(connection)
    this.#cookie = connection.welcome.cookie
    this.#transport = connection.transport
    this.#pending = link
    try {
      await this.#bindAll(link)
      this.#assertUsable(connection)
    } catch (cause) {
      const reason = connection.lostBy ?? cause
      connection.abort()
      throw reason
    } finally {
      this.#pending = undefined
    }
    if (this.#current) this.#retire(this.#current)
    this.#current = link
    this.#state = 'online'
    this.#host.onConnected(this, connection.welcome)
  }

  async #comeBack(error: TunnelError): Promise<void> {
    this.#state = 'reconnecting'
    try {
      await this.#pause(error, 0)
      await this.connect(true)
    } catch {
      // It has ended, and its host knows why.
    }
  }

  /** The edge has another process at its address: its names are there, so there is nothing to wait for. */
  async #moveOn(connection: EdgeConnection | undefined): Promise<void> {
    if (this.#isEstablishing || connection !== this.#current?.connection) return
    // Where it fails it is tried again; while the old connection is there nobody notices.
    await this.connect(true).catch(() => {})
  }

  async #pause(error: TunnelError, attempt: number): Promise<void> {
    const delayMs = backoffDelayMs(attempt, this.#options.backoff)
    if (this.#state !== 'online') this.#host.onDisconnected(this, error, delayMs)
    await delay(delayMs, undefined, { signal: this.#abort.signal }).catch(() => {
      throw this.#closedError()
    })
  }

  /** What became of it while this leg waited for something else was told to nobody. */
  #assertUsable(connection: EdgeConnection): void {
    if (connection.lostBy) throw connection.lostBy
    if (!this.#abort.signal.aborted) return
    connection.abort()
    throw this.#closedError()
  }

  /** The way that worked last is tried first; a refusal by the edge itself is not cured by another way. */
  async #connectAnyWay(): Promise<Link> {
    const ways = this.#options.transports ?? DEFAULT_TRANSPORTS
    const ordered = this.#transport ? [this.#transport, ...ways.filter((way) => way !== this.#transport)] : ways
    let first: unknown
    for (const transport of ordered) {
      try {
        return await this.#connectVia(transport)
      } catch (cause) {
        this.#abort.signal.throwIfAborted()
        first ??= cause
        if (!(cause instanceof TunnelError) || !OTHER_WAY_MAY_HELP.has(cause.code)) throw cause
      }
    }
    throw first
  }

  async #connectVia(transport: EdgeTransport): Promise<Link> {
    const served = new ServedEndpoints()
    let connection: EdgeConnection | undefined
    connection = await connectToEdge(
      this.target,
      this.#route,
      transport,
      this.#options,
      this.#cookie,
      {
        onStream: (stream) => serveStream(stream, served),
        onMessage: (message) => this.#onMessage(message, served, connection),
        onHeartbeat: (latencyMs) => this.#host.onHeartbeat(latencyMs),
        onLost: (error) => this.#onLost(served, error),
      },
      this.#abort.signal,
    )
    return { connection, served }
  }

  #onLost(served: ServedEndpoints, error: TunnelError): void {
    for (const link of this.#retired) if (link.served === served) this.#retired.delete(link)
    // While an attempt is still binding, its own failure goes on.
    if (served !== this.#current?.served || this.#state === 'closed') return
    this.#current = undefined
    if (!error.retryable) return this.#end(error)
    this.#state = 'reconnecting'
    // An attempt that is under way is the way back.
    if (!this.#isEstablishing) void this.#comeBack(error)
  }

  #retire(link: Link): void {
    this.#retired.add(link)
    if (this.#retired.size <= MAX_RETIRED_CONNECTIONS) return
    const [oldest] = this.#retired
    oldest?.connection.abort()
  }

  // Endpoints

  /** A name that cannot be had any more costs its endpoint, not the session. Goes on until nothing is missing: more may come meanwhile. */
  async #bindAll(link: Link): Promise<void> {
    for (;;) {
      const missing = link.served.missing(this.#host.endpoints)
      if (missing.length === 0) return
      await Promise.all(missing.map((listener) => this.#bindAgain(link, listener)))
    }
  }

  async #bindAgain(link: Link, listener: Listener): Promise<void> {
    const isHome = this.#home.has(listener)
    const request = isHome ? listener.request : requestForSameAddress(listener)
    try {
      await bindAgain(link.connection, request, this.#tokens.get(listener), (bound) => {
        this.#onBound(link, listener, bound)
        if (isHome) listener.rebound(bound)
      })
    } catch (cause) {
      const error = TunnelError.from(cause)
      if (error.retryable) throw error
      link.served.refuse(listener)
      this.#tokens.delete(listener)
      this.#host.onRefused(this, listener, error)
      return
    }
    // It was closed while the edge bound it.
    if (listener.closed) await unbindOver(link.connection, link.served.delete(listener))
  }

  #onBound(link: Link, listener: Listener, { id, token }: BoundEndpoint): void {
    link.served.add(listener, id)
    this.#tokens.set(listener, token)
  }

  #onMessage(message: EdgeMessage, served: ServedEndpoints, connection: EdgeConnection | undefined): void {
    if (message.type === 'endpoint-stopped') {
      const listener = served.at(message.endpointId)
      if (!listener) return
      served.refuse(listener)
      this.#tokens.delete(listener)
      this.#host.onRefused(this, listener, TunnelError.fromWire(message.error))
    } else if (message.type === 'traced') {
      served.at(message.endpointId)?.emit('explained', message.token, message.trace)
    } else if (message.type === 'closing') {
      if (message.resumeNow && message.error.retryable) void this.#moveOn(connection)
    } else if (connection) this.#host.onCommand(message, connection.requests)
  }

  #end(error: TunnelError | undefined): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#current = undefined
    this.#abort.abort(this.#closedError())
    if (error) for (const { connection } of this.#retired) connection.abort()
    this.#host.onEnd(this, error)
  }

  #closedError(): Error {
    return (
      (this.#options.signal?.reason as Error | undefined) ??
      new TunnelError(810, 'the session was closed', { retryable: false })
    )
  }
}

/** A network that lets TLS to the edge pass may still stop what is inside; these are the failures it causes. */
const OTHER_WAY_MAY_HELP: ReadonlySet<string> = new Set([
  'ERR_TUNNEL_8002',
  'ERR_TUNNEL_8003',
  'ERR_TUNNEL_8004',
  'ERR_TUNNEL_8006',
  'ERR_TUNNEL_810',
])

async function explained(
  link: Link,
  endpointId: string,
  { token, ttlMs }: ExplainOptions,
): Promise<string | undefined> {
  const message = { type: 'explain' as const, endpointId, ttlMs, ...(token !== undefined && { token }) }
  const answer = await link.connection.requests.request(message)
  return answer.type === 'explained' ? answer.trace : undefined
}

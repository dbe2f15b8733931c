import { EventEmitter } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type EdgeMessage,
  type EndpointRequest,
  encodeStreamRefused,
  StreamHeaderDecoder,
  TunnelError,
  type Welcome,
} from '@tunnel/protocol'
import type { Stream } from '@tunnel/yamux'
import { Listener, type StreamHandler } from '../listener.ts'
import { backoffDelayMs } from './backoff.ts'
import { bindAgain, bindOver, unbindOver } from './bind-endpoint.ts'
import { connectToEdge, type EdgeConnection } from './connection.ts'
import type { EdgeTransport } from './dial-edge.ts'
import { type SessionOptions, validateTimes } from './options.ts'
import { answerRemoteCommand } from './remote-command.ts'
import { resolveTarget, type SessionTarget } from './target.ts'

export interface SessionEvents {
  /** Authenticated, and every endpoint is online again. */
  connected: [welcome: Welcome]
  /** The connection is lost, or an attempt failed; the next one starts in `retryInMs`. */
  disconnected: [error: TunnelError, retryInMs: number]
  /** The edge answered a heartbeat. */
  heartbeat: [latencyMs: number]
  /** The session is over. With an error when it did not end by `close()`. */
  close: [error: TunnelError | undefined]
}

export type SessionState = 'connecting' | 'online' | 'reconnecting' | 'closed'

const DEFAULT_TRANSPORTS: readonly EdgeTransport[] = ['tls', 'websocket']

/**
 * An agent's session with an edge: authenticates, keeps endpoints online, and comes back by itself after any loss until it
 * is closed or the edge says not to (`retryable: false`).
 */
export class Session extends EventEmitter<SessionEvents> {
  readonly #options: SessionOptions
  readonly #target: SessionTarget
  readonly #bound = new Set<Listener>()
  readonly #abort = new AbortController()
  #state: SessionState = 'connecting'
  #connection: EdgeConnection | undefined
  #cookie: string | undefined
  #transport: EdgeTransport | undefined
  #latencyMs: number | undefined
  #closing: Promise<void> | undefined

  private constructor(options: SessionOptions) {
    super()
    validateTimes(options)
    this.#options = options
    this.#target = resolveTarget(options)
  }

  /**
   * Connects and authenticates. Rejects with {@link TunnelError} when the first attempt fails, unless `keepTrying` is set and
   * the reason may pass. `onCreated` gives the session before it is online, to hear its events.
   */
  static async connect(options: SessionOptions, onCreated?: (session: Session) => void): Promise<Session> {
    const session = new Session(options)
    options.signal?.throwIfAborted()
    options.signal?.addEventListener('abort', () => void session.close(), { signal: session.#abort.signal })
    onCreated?.(session)
    await session.#establish(options.keepTrying ?? false)
    return session
  }

  get state(): SessionState {
    return this.#state
  }

  /** What the edge said at the last welcome. */
  get welcome(): Welcome | undefined {
    return this.#connection?.welcome
  }

  get latencyMs(): number | undefined {
    return this.#latencyMs
  }

  /** How the session currently travels. */
  get transport(): EdgeTransport | undefined {
    return this.#connection?.transport
  }

  /** `host:port` of the edge. */
  get serverAddr(): string {
    const { host, port } = this.#target.address
    return `${host.includes(':') ? `[${host}]` : host}:${port}`
  }

  /** The endpoints that are online or coming back. */
  endpoints(): readonly Listener[] {
    return [...this.#bound]
  }

  /** Puts an endpoint online. Rejects with what the edge answered. */
  async bind(request: EndpointRequest, handle: StreamHandler): Promise<Listener> {
    const connection = this.#connection
    if (!connection)
      throw new TunnelError(810, `the session is ${this.#state}`, { retryable: this.#state !== 'closed' })
    return bindOver(connection, request, undefined, (bound) => {
      const listener = new Listener(request, bound, handle, (one) => this.#unbind(one))
      this.#bound.add(listener)
      return listener
    })
  }

  /** Takes all endpoints offline and ends the session. Resolves when the connection is gone. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#connection?.close() ?? Promise.resolve()
    this.#end(undefined)
    return this.#closing
  }

  async #establish(keepTrying: boolean): Promise<void> {
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
  }

  async #reconnect(error: TunnelError): Promise<void> {
    this.#state = 'reconnecting'
    try {
      await this.#pause(error, 0)
      await this.#establish(true)
    } catch {
      // The session is closed; its event has said why.
    }
  }

  async #pause(error: TunnelError, attempt: number): Promise<void> {
    const delayMs = backoffDelayMs(attempt, this.#options.backoff)
    this.emit('disconnected', error, delayMs)
    await delay(delayMs, undefined, { signal: this.#abort.signal }).catch(() => {
      throw this.#closedError()
    })
  }

  async #attempt(): Promise<void> {
    const connection = await this.#connectAnyWay()
    this.#assertUsable(connection)
    this.#connection = connection
    this.#cookie = connection.welcome.cookie
    this.#transport = connection.transport
    await this.#rebind(connection)
    this.#assertUsable(connection)
    this.#state = 'online'
    this.emit('connected', connection.welcome)
  }

  /** What became of it while this session waited for something else was told to nobody. */
  #assertUsable(connection: EdgeConnection): void {
    if (connection.lostBy) throw connection.lostBy
    if (!this.#abort.signal.aborted) return
    connection.abort()
    throw this.#closedError()
  }

  /** The way that worked last is tried first; a refusal by the edge itself is not cured by another way. */
  async #connectAnyWay(): Promise<EdgeConnection> {
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

  async #connectVia(transport: EdgeTransport): Promise<EdgeConnection> {
    let connection: EdgeConnection | undefined
    connection = await connectToEdge(
      this.#target,
      transport,
      this.#options,
      this.#cookie,
      {
        onStream: (stream) => this.#onStream(stream),
        onMessage: (message) => this.#onMessage(message),
        onHeartbeat: (latencyMs) => {
          this.#latencyMs = latencyMs
          this.emit('heartbeat', latencyMs)
        },
        onLost: (error) => this.#onLost(connection, error),
      },
      this.#abort.signal,
    )
    return connection
  }

  #onLost(connection: EdgeConnection | undefined, error: TunnelError): void {
    if (connection !== this.#connection || this.#state === 'closed') return
    this.#connection = undefined
    // While an attempt is still binding, its own failure goes on.
    if (this.#state !== 'online') return
    if (error.retryable) void this.#reconnect(error)
    else this.#end(error)
  }

  /** A name that cannot be had any more costs its endpoint, not the session. */
  async #rebind(connection: EdgeConnection): Promise<void> {
    await Promise.all(
      [...this.#bound].map(async (listener) => {
        try {
          await bindAgain(connection, listener)
        } catch (cause) {
          const error = TunnelError.from(cause)
          if (error.retryable) {
            connection.abort()
            throw connection.lostBy ?? error
          }
          this.#bound.delete(listener)
          listener.gone(error)
        }
      }),
    )
  }

  async #unbind(listener: Listener): Promise<void> {
    if (!this.#bound.delete(listener)) return
    listener.gone(undefined)
    await unbindOver(this.#connection, listener)
  }

  #onStream(stream: Stream): void {
    const decoder = new StreamHeaderDecoder()
    // Until somebody handles the stream its errors are nobody's.
    stream.on('error', () => {})
    const onData = (chunk: Buffer): void => {
      try {
        const decoded = decoder.write(chunk)
        if (!decoded) return
        stream.off('data', onData)
        this.#dispatch(stream, decoded.header, decoded.rest)
      } catch {
        stream.destroy()
      }
    }
    stream.on('data', onData)
  }

  #dispatch(stream: Stream, header: Parameters<StreamHandler>[1], first: Buffer): void {
    for (const listener of this.#bound) {
      if (listener.id() === header.endpointId) return listener.handle(stream, header, first)
    }
    stream.end(encodeStreamRefused(new TunnelError(3209, 'the agent does not serve this endpoint any more')))
    stream.resume()
  }

  #onMessage(message: EdgeMessage): void {
    if (message.type === 'endpoint-stopped') {
      for (const listener of this.#bound) {
        if (listener.id() !== message.endpointId) continue
        this.#bound.delete(listener)
        listener.gone(TunnelError.fromWire(message.error))
      }
      return
    }
    const requests = this.#connection?.requests
    if (requests) answerRemoteCommand(message, this.#options, requests, () => this.close())
  }

  #end(error: TunnelError | undefined): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#connection = undefined
    this.#abort.abort(this.#closedError())
    for (const listener of this.#bound) listener.gone(error)
    this.#bound.clear()
    this.emit('close', error)
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
  'ERR_TUNNEL_810',
])

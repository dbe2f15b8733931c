import { Duplex } from 'node:stream'
import { AttachedLink } from './attached-link.ts'
import { type Config, type Settings, validateConfig } from './config.ts'
import { goAwayCodeOf, YamuxError } from './errors.ts'
import { Flow, type FlowHost } from './flow.ts'
import { Flag, FrameType, GoAwayCode } from './frame.ts'
import { Handshake } from './handshake.ts'
import { Heartbeat } from './heartbeat.ts'
import type { Link, LinkEvents } from './link.ts'
import { PipedLink } from './piped-link.ts'
import { Receiver } from './receiver.ts'
import { rethrowLater } from './rethrow.ts'
import { Scheduler } from './scheduler.ts'
import { Stream } from './stream.ts'
import { type Role, StreamIds } from './stream-ids.ts'
import { WindowGrowth } from './window-growth.ts'

export interface SessionEvents {
  /** The peer opened a stream; only when no `onStream` was given. */
  stream: [stream: Stream]
  /** The peer opens and accepts no more streams. Any code but 0 also ends the session. */
  goaway: [code: number]
  /** A ping was answered. */
  ping: [rttMs: number]
}

/** `open` → (`close`) `closing`: what was written leaves → `closed`. `abort` skips the middle. */
type SessionState = 'open' | 'closing' | 'closed'

/**
 * Many streams over one ordered connection. Give it the connection with `attach(connection)`; or, as with yamux-js, use the
 * session as the duplex it is: `session.pipe(connection).pipe(session)`, which costs more per byte.
 *
 * Fails (`'error'`) with a {@link YamuxError} when the peer breaks the protocol, falls silent, or the connection breaks.
 * Its streams then fail with the same error. A connection that the peer ends in order closes the session without one.
 */
export class Session extends Duplex {
  readonly #settings: Settings
  readonly #onStream: ((stream: Stream) => void) | undefined
  readonly #ids: StreamIds
  readonly #flows = new Map<number, Flow>()
  readonly #receiver: Receiver
  readonly #scheduler: Scheduler
  readonly #heartbeat: Heartbeat
  readonly #host: FlowHost
  #link: Link | undefined
  #state: SessionState = 'open'
  #wentAway = false
  #peerWentAway = false
  #isDraining = false
  #closeTimer: unknown

  /** @throws YamuxError `ERR_YAMUX_CONFIG` */
  constructor(role: Role, config: Config = {}, onStream = config.onStream) {
    super({ autoDestroy: false })
    const settings = validateConfig(config)
    const { clock } = settings
    this.#settings = settings
    this.#onStream = onStream
    this.#ids = new StreamIds(role)
    this.#scheduler = new Scheduler({
      clock,
      writeTimeoutMs: settings.connectionWriteTimeoutMs,
      maxReplies: settings.maxQueuedReplies,
      onWriteTimeout: () => this.#onWriteTimeout(),
    })
    this.#heartbeat = new Heartbeat({
      clock,
      intervalMs: settings.enableKeepAlive ? settings.keepAliveIntervalMs : undefined,
      timeoutMs: settings.keepAliveTimeoutMs,
      sendPing: (id) => this.#sendControl(FrameType.Ping, Flag.SYN, id),
      onRtt: (rttMs) => this.#notify('ping', rttMs),
      onSilence: (error) => this.abort(error),
    })
    this.#receiver = new Receiver({
      onOpen: (streamId) => this.#onOpen(streamId),
      find: (streamId) => this.#find(streamId),
      wasUsed: (streamId) => this.#ids.wasUsed(streamId),
      onPing: (id) => this.#reply(FrameType.Ping, Flag.ACK, 0, id),
      onPong: (id) => this.#heartbeat.answer(id),
      onGoAway: (code) => this.#onGoAway(code),
    })
    this.#host = {
      handshake: new Handshake(settings.acceptBacklog),
      growth: new WindowGrowth({
        clock,
        maxStreamBytes: settings.maxStreamWindowSize,
        maxTotalBytes: settings.maxWindowGrowth,
        rttMs: () => this.#heartbeat.rttMs,
        measureRtt: () => this.#heartbeat.measure(),
      }),
      wake: (flow) => this.#scheduler.wake(flow),
      makeRoom: (flow) => this.#scheduler.makeRoom(flow),
      addNow: (flow, chunk) => this.#scheduler.addNow(flow, chunk),
      forget: (flow) => this.#forget(flow),
    }
  }

  /** Streams that are open in at least one direction, or have something left to read. */
  get streamCount(): number {
    return this.#flows.size
  }

  /** The last measured round-trip time in milliseconds; `undefined` before the first ping was answered. */
  get rttMs(): number | undefined {
    return this.#heartbeat.rttMs
  }

  /** True as soon as `close()` or `abort()` was called or the connection is lost. */
  isClosed(): boolean {
    return this.#state !== 'open'
  }

  /**
   * Reads from and writes to `connection` (a socket, a TLS socket, a WebSocket's stream), which the session then owns:
   * it ends or destroys it with itself.
   *
   * @throws YamuxError `ERR_YAMUX_ATTACHED` when there is a connection already, `ERR_YAMUX_SESSION_CLOSED`
   */
  attach(connection: Duplex): this {
    if (this.#state !== 'open') throw sessionClosed()
    if (this.#link) throw new YamuxError('ERR_YAMUX_ATTACHED', 'session has a connection already')
    this.#start(new AttachedLink(connection, this.#events))
    return this
  }

  /**
   * Opens a stream. It can be written to at once; whether the peer takes it shows later (`ERR_YAMUX_STREAM_REFUSED`).
   *
   * @throws YamuxError `ERR_YAMUX_SESSION_CLOSED`, `ERR_YAMUX_GOING_AWAY`, `ERR_YAMUX_MAX_STREAMS`, `ERR_YAMUX_STREAMS_EXHAUSTED`
   */
  open(): Stream {
    if (this.#state !== 'open') throw sessionClosed()
    if (this.#wentAway || this.#peerWentAway) {
      throw new YamuxError('ERR_YAMUX_GOING_AWAY', `${this.#wentAway ? 'this side' : 'the peer'} takes no new streams`)
    }
    const { maxStreams } = this.#settings
    if (this.#flows.size >= maxStreams) {
      throw new YamuxError('ERR_YAMUX_MAX_STREAMS', `${this.#flows.size} open streams reach maxStreams ${maxStreams}`)
    }
    const flow = new Flow(this.#ids.take(), true, this.#host)
    const stream = this.#add(flow)
    flow.wake()
    return stream
  }

  /**
   * Measures the round-trip time, in milliseconds. While one ping is on its way, all callers share it.
   * The promise rejects with `ERR_YAMUX_PING_TIMEOUT` after `keepAliveTimeout` of silence, and when the session ends.
   */
  ping(): Promise<number> {
    if (this.#state !== 'open') return Promise.reject(sessionClosed())
    return this.#heartbeat.ask()
  }

  /**
   * Whether the peer shows a sign of life within `withinMs`: the answer to a ping, or any bytes that travel in front of it.
   * Does not end the session when there is none.
   */
  isAlive(withinMs: number): Promise<boolean> {
    return this.#state === 'open' ? this.#heartbeat.isAlive(withinMs) : Promise.resolve(false)
  }

  /**
   * Tells the peer that this side takes no new streams, and opens none; existing ones go on. Only the first call counts.
   * A peer ends the session on any code but 0.
   */
  goAway(code: number = GoAwayCode.Normal): void {
    if (this.#state !== 'open' || this.#wentAway) return
    this.#wentAway = true
    this.#sendControl(FrameType.GoAway, 0, code)
  }

  /** Goes away, lets the open streams finish, then closes. Resolves when the session is closed, however that came. */
  drain(): Promise<void> {
    this.goAway()
    this.#isDraining = true
    const closed = new Promise<void>((resolve) => {
      if (this.closed) resolve()
      else this.once('close', () => resolve())
    })
    if (this.#flows.size === 0) this.close()
    return closed
  }

  /**
   * Ends the session: sends what windows allow of the data already written, and a go-away; destroys the streams (with `error`,
   * if given) and ends the connection. `'close'` follows once the peer closed too, or after `connectionWriteTimeout`.
   * For streams to finish first, use `drain()`. Idempotent.
   */
  close(error?: Error): void {
    if (this.#state !== 'open') return
    this.#state = 'closing'
    if (error) this.#settings.logger(`[ERR] yamux: closing: ${error.message}`)
    this.#receiver.decoder.stop()
    this.#heartbeat.stop(error ?? sessionClosed())
    const code = goAwayCodeOf(error)
    if (code !== undefined) this.#scheduler.control.add(FrameType.GoAway, 0, 0, code)
    this.#scheduler.finish(() => {
      this.#dropStreams(error)
      this.#endConnection(error)
    })
  }

  #endConnection(error: Error | undefined): void {
    if (!this.#link || this.destroyed) {
      this.destroy(error)
      return
    }
    const { clock, connectionWriteTimeoutMs } = this.#settings
    this.#closeTimer = clock.setTimeout(() => this.destroy(error), connectionWriteTimeoutMs)
    this.#link.end(() => this.destroy(error))
  }

  /** Ends everything at once: destroys the connection and all streams, with `reason` if given. Sends nothing. Idempotent. */
  abort(reason?: Error): void {
    this.destroy(reason)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#state = 'closed'
    const { clock } = this.#settings
    clock.clearTimeout(this.#closeTimer)
    this.#receiver.decoder.stop()
    this.#scheduler.stop()
    this.#heartbeat.stop(error ?? sessionClosed())
    this.#link?.destroy()
    this.#dropStreams(error ?? undefined)
    callback(error)
  }

  // The session as a duplex that its user pipes. The first use of either side decides for this way.

  override _read(): void {
    if (this.#link === undefined) this.#startPiped()
    else if (this.#link instanceof PipedLink) this.#events.onDrain()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (this.#link === undefined) this.#startPiped()
    this.#events.onData(chunk)
    callback()
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#events.onEnd()
    callback()
  }

  #startPiped(): void {
    if (this.#state === 'open') this.#start(new PipedLink(this))
  }

  #start(link: Link): void {
    this.#link = link
    this.#scheduler.start(link)
    this.#heartbeat.start()
  }

  readonly #events: LinkEvents = {
    onData: (chunk) => {
      this.#heartbeat.hear()
      try {
        this.#receiver.decoder.push(chunk)
      } catch (error) {
        this.close(error as Error)
      }
    },
    onDrain: () => this.#scheduler.unblock(),
    onEnd: () => this.#onConnectionEnd(),
    onError: (cause) => {
      this.abort(new YamuxError('ERR_YAMUX_CONNECTION', `connection failed: ${cause.message}`, { cause }))
    },
  }

  #onConnectionEnd(): void {
    if (this.#state !== 'open') return
    if (this.#receiver.decoder.isInsideFrame) {
      this.abort(new YamuxError('ERR_YAMUX_CONNECTION', 'connection ended inside a frame'))
      return
    }
    this.#state = 'closing'
    this.#receiver.decoder.stop()
    this.#heartbeat.stop(sessionClosed())
    this.#scheduler.stop()
    this.#dropStreams(sessionClosed())
    this.#endConnection(undefined)
  }

  #onWriteTimeout(): void {
    const { connectionWriteTimeoutMs } = this.#settings
    this.abort(new YamuxError('ERR_YAMUX_WRITE_TIMEOUT', `connection took no bytes for ${connectionWriteTimeoutMs} ms`))
  }

  #onOpen(streamId: number): Flow | undefined {
    if (this.#ids.isOurs(streamId))
      throw new YamuxError('ERR_YAMUX_PROTOCOL', `peer opened stream ${streamId}, an id of ours`)
    if (this.#flows.has(streamId)) throw new YamuxError('ERR_YAMUX_PROTOCOL', `peer opened stream ${streamId} twice`)
    this.#ids.seenFromPeer(streamId)
    const refusal = this.#refusal()
    if (refusal) {
      this.#settings.logger(`[WARN] yamux: refusing stream ${streamId}: ${refusal}`)
      this.#reply(FrameType.WindowUpdate, Flag.RST, streamId, 0)
      return undefined
    }
    const flow = new Flow(streamId, false, this.#host)
    const stream = this.#add(flow)
    flow.wake()
    if (this.#onStream) this.#call(this.#onStream, stream)
    else this.#notify('stream', stream)
    return flow
  }

  #find(streamId: number): Flow | undefined {
    const flow = this.#flows.get(streamId)
    return flow?.isAnnounced ? flow : undefined
  }

  #refusal(): string | undefined {
    const { acceptBacklog, maxStreams } = this.#settings
    if (this.#wentAway) return 'going away'
    if (this.#flows.size >= maxStreams) return `${this.#flows.size} open streams reach maxStreams ${maxStreams}`
    if (!this.#host.handshake.hasRoomForPeer) return `acceptBacklog ${acceptBacklog} is full`
    if (!this.#onStream && this.listenerCount('stream') === 0) return 'nobody takes streams'
    return undefined
  }

  #onGoAway(code: number): void {
    this.#peerWentAway = true
    this.#notify('goaway', code)
    if (code === GoAwayCode.Normal) return
    throw new YamuxError('ERR_YAMUX_REMOTE_ERROR', `peer went away with code ${code}`)
  }

  #add(flow: Flow): Stream {
    this.#flows.set(flow.id, flow)
    return new Stream(this, flow)
  }

  #forget(flow: Flow): void {
    this.#flows.delete(flow.id)
    if (this.#isDraining && this.#flows.size === 0) this.close()
  }

  #dropStreams(error: Error | undefined): void {
    for (const flow of this.#flows.values()) flow.drop(error)
    this.#flows.clear()
  }

  #sendControl(type: number, flags: number, length: number): void {
    this.#scheduler.control.add(type, flags, 0, length)
    this.#scheduler.schedule()
  }

  #reply(type: number, flags: number, streamId: number, length: number): void {
    this.#scheduler.control.reply(type, flags, streamId, length)
    this.#scheduler.schedule()
  }

  #notify<Name extends keyof SessionEvents>(name: Name, ...values: SessionEvents[Name]): void {
    this.#call(() => this.emit(name, ...values), undefined)
  }

  #call<Value>(callback: (value: Value) => void, value: Value): void {
    try {
      callback(value)
    } catch (error) {
      rethrowLater(error)
    }
  }
}

function sessionClosed(): YamuxError {
  return new YamuxError('ERR_YAMUX_SESSION_CLOSED', 'session is closed')
}

import type { TLSSocket } from 'node:tls'
import { HttpError, type HttpLimits, type RequestHead, requestHeadFromHttp2, resolveHttpLimits } from '@tunnel/http'
import {
  type ConnectionOutput,
  ServerConnection,
  type ServerHandler,
  type ServerStream,
  type StreamListener,
} from '@tunnel/http2'
import { atTurnEnd, GatheredWriter, hasRoom } from '@tunnel/socket-buffers'
import { ConnectionRecord } from '../observation/connection-record.ts'
import { addressOf, type ConnectionEnds, endsOf } from '../peer-address.ts'
import type { ConnectionPolicies } from '../policy/connection-policies.ts'
import type { SecuredFor } from '../tls/secured-for.ts'
import type { DataPath } from './data-path.ts'
import { ForwardedRequest } from './forwarded-head.ts'
import { IdleWatch } from './http2-idle-watch.ts'
import { Http2Visitor } from './http2-visitor.ts'
import { SharedReads } from './shared-reads.ts'
import type { VisitorExchange } from './visitor-exchange.ts'

/** SETTINGS_MAX_FRAME_SIZE: what a frame of a head comes to where it is full. */
const FRAME_BYTES = 16_384
/** Frames of a head that need not be. */
const SMALL_CONTINUATIONS = 16

/** An HTTP/2 visitor connection over TLS: one {@link Http2Visitor} for each of its streams, and what they have in common. */
export class Http2Connection implements ServerHandler, ConnectionOutput {
  readonly address: string
  readonly ends: ConnectionEnds
  readonly forwarded: ForwardedRequest
  readonly secured: SecuredFor
  /** `undefined` where nobody observes. */
  readonly observed: ConnectionRecord | undefined
  /** The stage of overload from which on its requests are refused. */
  readonly refusesFrom: number
  readonly path: DataPath
  /** Of heads and trailers, for the life of the connection. */
  readonly messageLimits: Readonly<HttpLimits>
  readonly #socket: TLSSocket
  readonly #connection: ServerConnection
  readonly #reads: SharedReads
  readonly #writer: GatheredWriter
  readonly #watch: IdleWatch
  readonly #startedAt = Date.now()
  #policies: ConnectionPolicies | undefined
  /** What the last request's fields were, and the head that they made. */
  #fields: readonly string[] | undefined
  #endStream = false
  #head: RequestHead | undefined
  #closeTimer: NodeJS.Timeout | undefined

  constructor(socket: TLSSocket, path: DataPath, secured: SecuredFor) {
    const { limits, overload, observer } = path
    this.path = path
    this.messageLimits = resolveHttpLimits({ maxHeadBytes: limits.maxHeadBytes, maxHeaders: limits.maxHeaders })
    this.secured = secured
    this.#socket = socket
    this.address = addressOf(socket)
    this.ends = endsOf(socket)
    this.forwarded = new ForwardedRequest(secured.identity)
    this.refusesFrom = overload.refusesFrom(socket)
    this.observed = observer && new ConnectionRecord(observer, socket, 'http2', secured.serverName)
    this.#writer = new GatheredWriter(socket)
    this.#connection = new ServerConnection(this, this, {
      maxConcurrentStreams: limits.maxHttp2Streams,
      maxHeaderListBytes: limits.maxHeadBytes,
      maxHeaderBlockBytes: limits.maxHeadBytes,
      maxContinuations: SMALL_CONTINUATIONS + Math.ceil(limits.maxHeadBytes / FRAME_BYTES),
      maxHeaders: limits.maxHeaders,
      maxResets: limits.maxHttp2Resets,
      maxControlFrames: limits.maxHttp2ControlFrames,
      maxInvalidFrames: limits.maxHttp2InvalidFrames,
    })
    const isUnwanted = (): boolean => overload.stage > 0 || this.refusesFrom === 0
    this.#watch = new IdleWatch(this.#connection, limits, isUnwanted, () => this.drop())
    socket.on('end', () => this.#connection.finish())
    socket.on('drain', () => this.#connection.onDrain())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#onClose())
    this.#reads = new SharedReads(socket, (chunk) => this.#connection.receive(chunk))
    path.visitors.add(socket, () => this.#watch.leave())
  }

  policies(): ConnectionPolicies {
    this.#policies ??= this.path.policiesOf(this.#socket, this.#startedAt)
    if (this.observed) this.observed.policies = this.#policies
    return this.#policies
  }

  /** Ends the whole connection, without an answer. */
  drop(): void {
    this.#socket.destroy()
  }

  /** Hands part of what is being received to `exchange`, which may keep it. */
  give(chunk: Buffer, exchange: VisitorExchange): void {
    this.#reads.give(chunk, exchange)
  }

  /** Part of what is being received, for later. */
  keep(chunk: Buffer): Buffer {
    return this.#reads.keep(chunk)
  }

  /** A body has ended. */
  rest(): void {
    this.#reads.rest()
  }

  /**
   * The head that `fields` make; the same object where the visitor repeats itself.
   *
   * @throws HttpError
   */
  headOf(fields: readonly string[], endStream: boolean): RequestHead {
    if (this.#head && fields === this.#fields && endStream === this.#endStream) return this.#head
    const head = requestHeadFromHttp2(fields, endStream, this.messageLimits)
    // That of a WebSocket has a key of its own.
    this.#head = head.upgrade === undefined ? head : undefined
    this.#fields = fields
    this.#endStream = endStream
    return head
  }

  // What the connection tells

  onRequest(stream: ServerStream, fields: readonly string[], endStream: boolean): StreamListener {
    const visitor = new Http2Visitor(stream, this)
    visitor.begin(fields, endStream)
    return visitor
  }

  onOversizedRequest(stream: ServerStream, limit: 'maxHeaderListBytes' | 'maxHeaders'): StreamListener {
    const { maxHeadBytes, maxHeaders } = this.messageLimits
    const error =
      limit === 'maxHeaders'
        ? new HttpError('ERR_HTTP_TOO_MANY_HEADERS', `more than maxHeaders ${maxHeaders} header fields`)
        : new HttpError('ERR_HTTP_HEAD_TOO_LARGE', `request head exceeds maxHeadBytes ${maxHeadBytes}`)
    const visitor = new Http2Visitor(stream, this)
    visitor.refuse(error)
    return visitor
  }

  onSignOfLife(): void {
    this.#watch.touch()
  }

  onIdle(): void {
    this.#watch.onIdle()
  }

  /** What was written, a GOAWAY last, still leaves. */
  onEnd(): void {
    this.#socket.end()
    this.#closeTimer ??= setTimeout(() => this.#socket.destroy(), this.path.limits.lingerTimeoutMs).unref()
  }

  // What the connection writes to

  get hasRoom(): boolean {
    return hasRoom(this.#socket)
  }

  write(parts: readonly Buffer[]): void {
    for (const part of parts) this.#writer.push(part)
    this.#writer.flush()
  }

  schedule(): void {
    atTurnEnd(this.#flush)
  }

  readonly #flush = (): void => this.#connection.flush()

  #onClose(): void {
    clearTimeout(this.#closeTimer)
    this.#watch.stop()
    this.#connection.destroy()
  }
}

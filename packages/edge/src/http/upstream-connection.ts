import { type HeaderList, type HttpError, ResponseDecoder, type ResponseHandler, type ResponseHead } from '@tunnel/http'
import type { TunnelError } from '@tunnel/protocol'
import type { AgentStream, StreamReceiver } from '../agent-session.ts'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { EdgeLimits } from '../limits.ts'
import type { ConnectionEnds } from '../peer-address.ts'
import { ForwardedResponse } from './forwarded-head.ts'

/** Why a response will not come, or not come whole. */
export type UpstreamFailure = { kind: 'stream'; error: TunnelError } | { kind: 'invalid'; why: string }

/** The exchange that currently owns an {@link UpstreamConnection}. */
export interface UpstreamListener {
  /** Of the bodies that it is given: {@link StreamReceiver.consumesAtOnce}. By `onTurnEnd` it has copied what it needs. */
  readonly consumesAtOnce: boolean
  onInformational(head: ResponseHead): void
  onResponseHead(head: ResponseHead, forwarded: ForwardedResponse): void
  onResponseBody(chunk: Buffer): void
  onResponseEnd(trailers: HeaderList | undefined): void
  /** The chunk that caused the calls before is decoded to its end: the moment to write. */
  onTurnEnd(): void
  onUpstreamDrain(): void
  /** Instead of `onResponseEnd`. The connection is already gone. */
  onUpstreamFailure(failure: UpstreamFailure): void
}

/** One stream to an agent that carries one upstream connection, over which requests follow each other (design.md, "How a request travels" 2). */
export class UpstreamConnection implements StreamReceiver, ResponseHandler {
  readonly endpoint: Endpoint
  readonly stream: AgentStream
  /** Of the visitor connection that it was opened for. */
  readonly ends: ConnectionEnds
  /** How long the upstream lets it idle, where it said so (`Keep-Alive: timeout`). */
  keepAliveMs: number
  /** When it became idle, on the pool's clock. */
  idleSinceMs = 0
  /** It has carried a whole exchange before. */
  reused = false
  readonly #decoder: ResponseDecoder
  readonly #forwarded = new ForwardedResponse()
  #listener: UpstreamListener | undefined
  #raw: StreamReceiver | undefined
  #responseBytes = 0
  #reusable = true
  #closed = false
  #hintRead = false
  readonly #onIdleLost: (connection: UpstreamConnection) => void

  constructor(
    endpoint: Endpoint,
    limits: EdgeLimits,
    ends: ConnectionEnds,
    onIdleLost: (connection: UpstreamConnection) => void,
  ) {
    this.endpoint = endpoint
    this.keepAliveMs = limits.upstreamKeepAliveMs
    this.#onIdleLost = onIdleLost
    this.#decoder = new ResponseDecoder(this, { maxHeadBytes: limits.maxHeadBytes, maxHeaders: limits.maxHeaders })
    this.ends = ends
    this.stream = endpoint.session.openStream({ endpointId: endpoint.id, protocol: 'http', ...ends }, this)
  }

  /** Takes the connection for one exchange. */
  start(listener: UpstreamListener, method: string, upgradeAsked: boolean): void {
    this.#listener = listener
    this.#responseBytes = 0
    this.#decoder.expect(method, upgradeAsked)
  }

  /** Whether bytes of the current response have arrived. */
  get responseBegun(): boolean {
    return this.#responseBytes > 0
  }

  /** The exchange is over both ways; whether the connection can carry another one. */
  finish(): boolean {
    this.#listener = undefined
    this.reused = true
    return this.#reusable && !this.#closed && this.#decoder.state === 'idle'
  }

  /** After a 101: from here on bytes only. What has come of them is the caller's to keep. */
  upgrade(raw: StreamReceiver): Buffer {
    this.#listener = undefined
    this.#raw = raw
    return Buffer.from(this.#decoder.takeRest())
  }

  /** Nothing of it is wanted any more. */
  destroy(): void {
    this.#listener = undefined
    this.stream.destroy()
  }

  /** The decoder copies what it has to keep of a head; the rest of an upgrade is copied when it is handed over. */
  get consumesAtOnce(): boolean {
    return (this.#raw ?? this.#listener)?.consumesAtOnce === true
  }

  onStreamData(chunk: Buffer): void {
    if (this.#raw) return this.#raw.onStreamData(chunk)
    const listener = this.#listener
    // Bytes that nobody asked for: the next request could read them as its answer.
    if (!listener) return this.stream.destroy()
    this.#responseBytes += chunk.length
    this.#decoder.write(chunk)
    listener.onTurnEnd()
  }

  onStreamEnd(): void {
    if (this.#raw) return this.#raw.onStreamEnd()
    this.#reusable = false
    const listener = this.#listener
    if (!listener) return this.stream.destroy()
    if (this.#responseBytes === 0)
      return this.#fail({ kind: 'invalid', why: 'it closed the connection without an answer' })
    this.#decoder.finish()
    listener.onTurnEnd()
  }

  onStreamDrain(): void {
    if (this.#raw) this.#raw.onStreamDrain()
    else this.#listener?.onUpstreamDrain()
  }

  onStreamClose(error: TunnelError | undefined): void {
    this.#closed = true
    this.#reusable = false
    if (this.#raw) return this.#raw.onStreamClose(error)
    if (!this.#listener) return this.#onIdleLost(this)
    if (error) this.#fail({ kind: 'stream', error })
    else this.#fail({ kind: 'invalid', why: 'it ended the connection in the middle of its answer' })
  }

  onInformational(head: ResponseHead): void {
    this.#listener?.onInformational(head)
  }

  onHead(head: ResponseHead): void {
    if (!head.keepAlive || head.framing === 'close') this.#reusable = false
    if (!this.#hintRead) this.#readKeepAliveHint(head.headers)
    this.#listener?.onResponseHead(head, this.#forwarded)
  }

  onBody(chunk: Buffer): void {
    this.#listener?.onResponseBody(chunk)
  }

  onEnd(trailers: HeaderList | undefined): void {
    this.#listener?.onResponseEnd(trailers)
  }

  onError(error: HttpError): void {
    this.#fail({ kind: 'invalid', why: error.message })
  }

  #fail(failure: UpstreamFailure): void {
    const listener = this.#listener
    this.#listener = undefined
    this.stream.destroy()
    listener?.onUpstreamFailure(failure)
    listener?.onTurnEnd()
  }

  #readKeepAliveHint(headers: HeaderList): void {
    this.#hintRead = true
    for (let i = 0; i < headers.length; i += 2) {
      if ((headers[i] as string).length !== 10 || (headers[i] as string).toLowerCase() !== 'keep-alive') continue
      const seconds = /(?:^|[,\s])timeout=(\d{1,6})/.exec(headers[i + 1] as string)?.[1]
      // A second early, so that the request and the upstream's own close do not cross.
      if (seconds !== undefined)
        this.keepAliveMs = Math.min(this.keepAliveMs, Math.max(0, Number(seconds) * 1000 - 1000))
    }
  }
}

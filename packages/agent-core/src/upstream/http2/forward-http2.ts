import {
  type ExchangeObserver,
  type HeaderList,
  RequestDecoder,
  type RequestHandler,
  type RequestHead,
} from '@tunnel/http'
import { STREAM_ACCEPTED, type StreamHeader } from '@tunnel/protocol'
import type { Stream } from '@tunnel/yamux'
import { brokenBy } from '../../inspection/stream-tap.ts'
import { type ForwardEvents, refuse } from '../forward-stream.ts'
import { EdgeWriter } from './edge-writer.ts'
import { type ExchangeOwner, UpstreamExchange } from './exchange.ts'
import { defaultHttp2UpstreamLimits } from './limits.ts'
import type { SessionPool } from './session-pool.ts'

const { maxHeadBytes, maxHeaders } = defaultHttp2UpstreamLimits

/** Serves the HTTP/1.1 requests of one stream of the edge, one after the other, from an upstream that speaks HTTP/2. */
export class Http2Forwarder implements RequestHandler, ExchangeOwner {
  readonly #stream: Stream
  readonly #scheme: 'http' | 'https'
  readonly #pool: SessionPool
  readonly #events: ForwardEvents
  readonly #visitorAddress: string
  readonly #decoder = new RequestDecoder(this, { maxHeadBytes, maxHeaders })
  readonly #startedAt = performance.now()
  readonly #headerBytes: number
  #exchange: UpstreamExchange | undefined
  #observer: ExchangeObserver | undefined
  /** The exchange has not had to wait for a connection so far. */
  #isBeginning = false
  #requestEnded = false
  #responseEnded = false
  #isAccepted = false
  /** The upstream takes no more of the request for now. */
  #isHeld = false
  #isDecoding = false
  #wantsNext = false

  /** `first` are bytes that came with the stream's header. */
  constructor(
    stream: Stream,
    header: StreamHeader,
    first: Buffer,
    scheme: 'http' | 'https',
    pool: SessionPool,
    events: ForwardEvents,
  ) {
    this.#stream = stream
    this.#visitorAddress = header.visitorAddress
    this.#scheme = scheme
    this.#pool = pool
    this.#events = events
    this.#headerBytes = stream.bytesRead - first.length
    stream.on('error', () => {})
    stream.on('drain', () => this.#exchange?.resumeResponse())
    stream.on('close', () => this.#onStreamClose())
    if (first.length > 0) this.#decode(first)
    stream.readInto({ onData: (chunk) => this.#decode(chunk), onEnd: () => this.#onStreamEnd() })
    if (this.#isHeld) stream.pause()
  }

  // The stream of the edge

  #decode(chunk: Buffer): void {
    this.#isDecoding = true
    this.#decoder.write(chunk)
    this.#isDecoding = false
    this.#settle()
  }

  #onStreamEnd(): void {
    this.#decoder.finish()
    if (!this.#exchange) this.#stream.end()
  }

  #onStreamClose(): void {
    this.#exchange?.cancel()
    this.#fail(brokenBy.visitor)
    this.#exchange = undefined
    if (!this.#isAccepted) return
    this.#events.onClosed?.({
      durationMs: performance.now() - this.#startedAt,
      bytesIn: this.#stream.bytesRead - this.#headerBytes,
      bytesOut: Math.max(0, this.#stream.bytesWritten - STREAM_ACCEPTED.length),
    })
  }

  // The request

  onHead(head: RequestHead): void {
    this.#requestEnded = false
    this.#responseEnded = false
    const open: ConstructorParameters<typeof UpstreamExchange>[3] = (headers, options) =>
      this.#pool.request(headers, options)
    this.#observer = this.#events.observe?.()
    this.#observer?.onRequestHead(head, performance.now())
    this.#exchange = new UpstreamExchange(head, new EdgeWriter(this.#stream, this.#observer), this, open)
    this.#isBeginning = true
    this.#exchange.begin(this.#scheme)
    this.#isBeginning = false
  }

  onBody(chunk: Buffer): void {
    this.#observer?.onRequestBody(chunk)
    if (this.#exchange?.writeBody(chunk) !== false) return
    this.#isHeld = true
    this.#stream.pause()
  }

  onEnd(trailers: HeaderList | undefined): void {
    this.#requestEnded = true
    this.#observer?.onRequestEnd(trailers, performance.now())
    this.#exchange?.endRequest(trailers)
    this.#finishExchange()
  }

  onError(): void {
    this.#stream.destroy()
  }

  // The exchange

  onConnected(): void {
    if (!this.#isBeginning) this.#observer?.onConnected?.(performance.now())
    if (this.#isAccepted) return
    this.#isAccepted = true
    this.#stream.send(STREAM_ACCEPTED)
    this.#events.onOpened?.(this.#visitorAddress)
  }

  onUnreachable(cause: Error): void {
    this.#exchange = undefined
    this.#isHeld = false
    this.#fail('ERR_TUNNEL_8012')
    if (!this.#isAccepted) refuse(this.#stream, cause, this.#events, this.#visitorAddress)
    // The edge asks again on a stream of its own, and hears there why.
    else this.onBroken(false)
  }

  onResponseEnd(): void {
    this.#responseEnded = true
    this.#finishExchange()
  }

  onBroken(responseBegun: boolean): void {
    this.#exchange = undefined
    this.#fail(brokenBy.upstream)
    if (responseBegun) this.#stream.destroy()
    else this.#stream.end()
    // What is left of the request is for nobody.
    this.onUpstreamDrain()
  }

  onUpstreamDrain(): void {
    this.#isHeld = false
    this.#stream.resume()
  }

  #finishExchange(): void {
    if (!this.#requestEnded || !this.#responseEnded) return
    this.#exchange = undefined
    this.#observer = undefined
    this.#wantsNext = true
    this.#settle()
  }

  #fail(code: string): void {
    this.#observer?.onFailure(code, performance.now())
    this.#observer = undefined
  }

  /** Without recursion over requests that were answered at once. */
  #settle(): void {
    if (this.#isDecoding) return
    while (this.#wantsNext) {
      this.#wantsNext = false
      this.#isDecoding = true
      this.#decoder.next()
      this.#isDecoding = false
    }
  }
}

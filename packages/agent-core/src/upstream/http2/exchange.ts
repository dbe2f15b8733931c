import {
  type ClientHttp2Stream,
  type ClientSessionRequestOptions,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { type HeaderList, http2Fields, isIdempotent, type RequestHead } from '@tunnel/http'
import type { EdgeWriter } from './edge-writer.ts'
import { acceptsTrailers, requestHeaders } from './request-headers.ts'
import { forwardedHead, trailerFields } from './response-head.ts'

/** What an {@link UpstreamExchange} tells the stream of the edge that it belongs to. */
export interface ExchangeOwner {
  /** The upstream is connected. */
  onConnected(): void
  /** There is no connection to the upstream. */
  onUnreachable(cause: Error): void
  /** The response has been written to its end; the request may still be under way. */
  onResponseEnd(): void
  /** There will be no response, or no whole one. */
  onBroken(responseBegun: boolean): void
  /** More of the request can be taken. */
  onUpstreamDrain(): void
}

type OpenStream = (
  headers: OutgoingHttpHeaders,
  options: ClientSessionRequestOptions,
) => ClientHttp2Stream | Promise<ClientHttp2Stream>

/** One HTTP/1.1 request of the edge as an HTTP/2 stream to the upstream, and its response back. Both bodies flow at once. */
export class UpstreamExchange {
  readonly #head: RequestHead
  readonly #writer: EdgeWriter
  readonly #owner: ExchangeOwner
  readonly #openStream: OpenStream
  #stream: ClientHttp2Stream | undefined
  /** What came with the head, before there was a connection. */
  #early: Buffer[] = []
  #requestEnded = false
  #requestTrailers: HeaderList = []
  #responseTrailers: HeaderList = []
  #responseBegun = false
  #isOver = false
  readonly #cancelled = new AbortController()
  #isRetry = false

  constructor(head: RequestHead, writer: EdgeWriter, owner: ExchangeOwner, openStream: OpenStream) {
    this.#head = head
    this.#writer = writer
    this.#owner = owner
    this.#openStream = openStream
  }

  begin(scheme: 'http' | 'https'): void {
    const { framing } = this.#head
    const headers = requestHeaders(this.#head, scheme)
    const { signal } = this.#cancelled
    const options = { endStream: framing === 'none', waitForTrailers: framing === 'chunked', signal }
    const attempt = (): void => {
      const unreachable = (cause: unknown): void => {
        if (!this.#isOver) this.#owner.onUnreachable(cause as Error)
      }
      try {
        const opening = this.#openStream(headers, options)
        if (opening instanceof Promise) opening.then((stream) => this.#attach(stream, attempt), unreachable)
        else this.#attach(opening, attempt)
      } catch (cause) {
        unreachable(cause)
      }
    }
    attempt()
  }

  /** `false`: wait for `onUpstreamDrain`. */
  writeBody(chunk: Buffer): boolean {
    const stream = this.#stream
    if (!stream) {
      this.#early.push(chunk)
      return false
    }
    // An answer that overtook its request: the upstream has no use for the rest.
    return stream.closed || stream.write(chunk)
  }

  endRequest(trailers: HeaderList | undefined): void {
    this.#requestEnded = true
    this.#requestTrailers = trailers ?? []
    this.#stream?.end()
  }

  /**
   * The visitor left, or nothing more of the exchange is wanted. Idempotent. `ClientHttp2Stream.close` would end the body of the request
   * first, and half an upload would look like a whole one.
   */
  cancel(): void {
    this.#isOver = true
    this.#cancelled.abort()
  }

  pauseResponse(): void {
    this.#stream?.pause()
  }

  resumeResponse(): void {
    if (this.#responseBegun) this.#stream?.resume()
  }

  #attach(stream: ClientHttp2Stream, retry: () => void): void {
    stream.on('error', () => {})
    if (this.#isOver) return
    this.#stream = stream
    this.#owner.onConnected()
    stream.on('headers', (_fields: unknown, _flags: number, raw: string[]) => this.#onInformational(raw))
    stream.on('response', (_fields: unknown, flags: number, raw: string[]) => this.#onResponse(stream, flags, raw))
    stream.on('trailers', (_fields: unknown, _flags: number, raw: string[]) => {
      this.#responseTrailers = trailerFields(raw)
    })
    stream.on('drain', () => this.#owner.onUpstreamDrain())
    stream.on('wantTrailers', () => stream.sendTrailers(http2Fields(this.#requestTrailers)))
    stream.on('close', () => this.#onClose(stream, retry))
    this.#sendEarly(stream)
  }

  #sendEarly(stream: ClientHttp2Stream): void {
    const early = this.#early
    this.#early = []
    for (const chunk of early) stream.write(chunk)
    if (this.#requestEnded) stream.end()
    if (!stream.writableNeedDrain) this.#owner.onUpstreamDrain()
  }

  #onInformational(raw: string[]): void {
    if (!this.#isOver) this.#writer.writeHead(this.#forwarded(raw, false))
  }

  #onResponse(stream: ClientHttp2Stream, flags: number, raw: string[]): void {
    if (this.#isOver) return
    this.#responseBegun = true
    this.#writer.writeHead(this.#forwarded(raw, (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0))
    // Not earlier: node:http2 announces heads a tick after it would have given their data.
    stream.on('data', (chunk: Buffer) => {
      if (!this.#isOver && !this.#writer.writeBody(chunk)) stream.pause()
    })
    stream.on('end', () => this.#onEnd(stream))
  }

  #forwarded(raw: string[], endStream: boolean) {
    return forwardedHead(raw, { method: this.#head.method, endStream, acceptsTrailers: acceptsTrailers(this.#head) })
  }

  #onEnd(stream: ClientHttp2Stream): void {
    // A reset, and a lost connection, end the readable side too: 'close' follows.
    if (this.#isOver || stream.rstCode !== constants.NGHTTP2_NO_ERROR) return
    if (!this.#writer.isComplete) {
      this.cancel()
      return this.#owner.onBroken(true)
    }
    this.#isOver = true
    this.#writer.writeEnd(this.#responseTrailers)
    this.#owner.onResponseEnd()
  }

  #onClose(stream: ClientHttp2Stream, retry: () => void): void {
    if (this.#isOver) return
    this.#stream = undefined
    if (!this.#isRetry && this.#isRepeatable(stream.rstCode)) {
      this.#isRetry = true
      return retry()
    }
    this.#isOver = true
    this.#owner.onBroken(this.#responseBegun)
  }

  /** A request without a body that was refused unseen, or that crossed the upstream's goodbye and does no harm twice. */
  #isRepeatable(code: number): boolean {
    if (this.#responseBegun || this.#head.framing !== 'none') return false
    return code === constants.NGHTTP2_REFUSED_STREAM || isIdempotent(this.#head.method)
  }
}

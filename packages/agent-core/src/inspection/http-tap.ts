import {
  type ByteInjector,
  type ExchangeObserver,
  type HeaderList,
  type HttpError,
  type ObserveExchange,
  RequestDecoder,
  type RequestHandler,
  type RequestHead,
  ResponseDecoder,
  type ResponseHandler,
  type ResponseHead,
} from '@tunnel/http'
import { brokenBy, type StreamTap } from './stream-tap.ts'

/**
 * Reads the HTTP/1.1 that passes on a stream and tells observers of its exchanges. It never changes or delays a byte: what it cannot read is
 * for the edge to refuse, and is not looked at any further.
 */
export class HttpTap implements StreamTap {
  readonly #observe: ObserveExchange
  readonly #inject: ByteInjector
  readonly #requests: RequestDecoder
  readonly #responses: ResponseDecoder
  #observer: ExchangeObserver | undefined
  #isUpgraded = false
  #requestEnded = true
  #responseEnded = true
  #isOver = false
  /** The clock, read once for what comes together; NaN before it is read. */
  #clockMs = Number.NaN

  constructor(observe: ObserveExchange, inject: ByteInjector) {
    this.#observe = observe
    this.#inject = inject
    this.#requests = new RequestDecoder(this.#requestHandler())
    this.#responses = new ResponseDecoder(this.#responseHandler())
  }

  connected(): void {
    this.#clockMs = Number.NaN
    this.#observer?.onConnected?.(this.#atMs())
  }

  fromVisitor(chunk: Buffer): void {
    this.#clockMs = Number.NaN
    if (this.#isUpgraded) this.#observer?.onRequestBody(chunk)
    else if (!this.#isOver) this.#requests.write(chunk)
  }

  fromUpstream(chunk: Buffer): void {
    this.#clockMs = Number.NaN
    if (this.#isUpgraded) this.#observer?.onResponseBody(chunk)
    else if (!this.#isOver) this.#responses.write(chunk)
  }

  visitorEnded(): void {
    this.#clockMs = Number.NaN
    if (this.#isUpgraded) this.#endRequest(undefined)
    else if (!this.#isOver) this.#requests.finish()
  }

  upstreamEnded(): void {
    this.#clockMs = Number.NaN
    if (this.#isUpgraded) this.#endResponse(undefined)
    else if (!this.#isOver) this.#responses.finish()
  }

  closed(code: string | undefined): void {
    this.#clockMs = Number.NaN
    if (this.#isOver) return
    // A close ends what only the close can end.
    if (!code) this.upstreamEnded()
    if (!code && this.#isUpgraded) this.visitorEnded()
    if (!(this.#requestEnded && this.#responseEnded)) this.#fail(code ?? brokenBy.upstream)
    this.#isOver = true
  }

  #atMs(): number {
    if (Number.isNaN(this.#clockMs)) this.#clockMs = performance.now()
    return this.#clockMs
  }

  #requestHandler(): RequestHandler {
    return {
      onHead: (head) => this.#onRequestHead(head),
      onBody: (chunk) => this.#observer?.onRequestBody(chunk),
      onEnd: (trailers) => this.#endRequest(trailers),
      onError: (error) => this.#onUnreadable(error),
    }
  }

  #responseHandler(): ResponseHandler {
    return {
      onInformational: (head) => this.#observer?.onInformational(head, this.#atMs()),
      onHead: (head) => this.#onResponseHead(head),
      onBody: (chunk) => this.#observer?.onResponseBody(chunk),
      onEnd: (trailers) => this.#endResponse(trailers),
      onError: (error) => this.#onUnreadable(error),
    }
  }

  #onRequestHead(head: RequestHead): void {
    // After an answer that closes the connection, nothing more is said on it.
    if (this.#responses.state !== 'idle') {
      this.#isOver = true
      return
    }
    this.#requestEnded = false
    this.#responseEnded = false
    this.#responses.expect(head.method, head.upgrade !== undefined)
    this.#observer = this.#observe()
    this.#observer?.onRequestHead(head, this.#atMs())
  }

  #onResponseHead(head: ResponseHead): void {
    this.#observer?.onResponseHead(head, this.#atMs())
    if (head.status !== 101) return
    this.#isUpgraded = true
    // From here on they are the ends of its two sides.
    this.#requestEnded = false
    this.#observer?.onUpgraded?.(this.#inject)
    const fromVisitor = this.#requests.takeRest()
    const fromUpstream = this.#responses.takeRest()
    if (fromVisitor.length > 0) this.#observer?.onRequestBody(fromVisitor)
    if (fromUpstream.length > 0) this.#observer?.onResponseBody(fromUpstream)
  }

  #endRequest(trailers: HeaderList | undefined): void {
    if (this.#requestEnded) return
    this.#requestEnded = true
    this.#observer?.onRequestEnd(trailers, this.#atMs())
    this.#next()
  }

  #endResponse(trailers: HeaderList | undefined): void {
    if (this.#responseEnded) return
    this.#responseEnded = true
    this.#observer?.onResponseEnd(trailers, this.#atMs())
    this.#next()
  }

  #next(): void {
    if (!this.#requestEnded || !this.#responseEnded || this.#isUpgraded) return
    this.#observer = undefined
    this.#requests.next()
  }

  #onUnreadable(error: HttpError): void {
    // An idle connection that closes, or bytes after its last answer, belong to no exchange.
    if (!(this.#requestEnded && this.#responseEnded)) this.#fail(error.code)
    this.#isOver = true
  }

  #fail(code: string): void {
    this.#observer?.onFailure(code, this.#atMs())
    this.#observer = undefined
  }
}

import type { ByteInjector, ExchangeObserver, HeaderList, RequestHead, ResponseHead } from '@tunnel/http'
import type { Redaction } from '../redact/redaction.ts'
import type { Capture } from './capture.ts'
import { isGrpc, isStreamKind, kindOf, mediaType, visitorAddress } from './capture-kind.ts'
import type { CaptureStore } from './capture-store.ts'
import { Pieces } from './pieces.ts'

/** Writes one exchange into the store while it passes. */
export class ExchangeRecorder implements ExchangeObserver {
  readonly capture: Capture
  readonly #store: CaptureStore
  readonly #redaction: Redaction | undefined
  #responseEnded = false
  #requestEnded = false
  /** The capture may be another one's by now. */
  #isOver = false

  /** `capture` is new. */
  constructor(store: CaptureStore, capture: Capture, redaction: Redaction | undefined) {
    this.#store = store
    this.#redaction = redaction
    this.capture = capture
    capture.bodiesHeld = redaction?.hasBodyRules ?? false
  }

  onRequestHead(head: RequestHead, atMs: number): void {
    if (this.#isOver) return
    const { capture } = this
    const kept = this.#redaction ? this.#redaction.requestHead(head) : head
    capture.startMs = atMs
    capture.requestHead = kept
    // Rules for the head may hide where it stands.
    if (this.#redaction) capture.remoteAddress = visitorAddress(head.headers)
    if (head.framing !== 'none' && isGrpc(mediaType(head.headers))) {
      capture.kind = 'grpc'
      capture.pieces = new Pieces(this.#store.limits.maxPieces)
    }
    this.#store.charge(capture, headBytes(kept.headers) + kept.target.length)
    this.#store.changed(capture)
  }

  onRequestBody(chunk: Buffer): void {
    this.#record('request', chunk)
  }

  onRequestEnd(trailers: HeaderList | undefined, atMs: number): void {
    if (this.#isOver) return
    const { capture } = this
    capture.requestEndMs = atMs
    if (trailers) {
      capture.requestTrailers = this.#redaction ? this.#redaction.headers(trailers) : trailers
      this.#store.charge(capture, headBytes(trailers))
    }
    this.#requestEnded = true
    this.#onEnd(atMs)
  }

  onInformational(head: ResponseHead, atMs: number): void {
    if (this.#isOver) return
    const { capture } = this
    capture.informational ??= []
    if (capture.informational.length >= this.#store.limits.maxInformational) return
    const kept = this.#redaction ? this.#redaction.responseHead(head) : head
    capture.informational.push({ head: kept, atMs })
    this.#store.charge(capture, headBytes(kept.headers))
  }

  onResponseHead(head: ResponseHead, atMs: number): void {
    if (this.#isOver) return
    const { capture } = this
    const kept = this.#redaction ? this.#redaction.responseHead(head) : head
    capture.responseHeadMs = atMs
    capture.responseHead = kept
    if (capture.requestHead) capture.kind = kindOf(capture.requestHead, head)
    if (isStreamKind(capture.kind) || head.status === 101) {
      capture.pieces ??= new Pieces(this.#store.limits.maxPieces)
    }
    // The request has ended; now it is the visitor's side of the upgraded connection that has not.
    if (head.status === 101) this.#requestEnded = false
    this.#store.charge(capture, headBytes(kept.headers))
    this.#store.changed(capture)
  }

  onResponseBody(chunk: Buffer): void {
    this.#record('response', chunk)
  }

  onResponseEnd(trailers: HeaderList | undefined, atMs: number): void {
    if (this.#isOver) return
    const { capture } = this
    if (trailers) {
      capture.responseTrailers = this.#redaction ? this.#redaction.headers(trailers) : trailers
      this.#store.charge(capture, headBytes(trailers))
    }
    this.#responseEnded = true
    this.#onEnd(atMs)
  }

  onFailure(code: string, atMs: number): void {
    if (this.#isOver) return
    this.capture.failure = code
    this.#settle('failed', atMs)
  }

  onConnected(atMs: number): void {
    if (this.#isOver) return
    this.capture.connectedMs = atMs
  }

  onUpgraded(injector: ByteInjector): void {
    if (this.#isOver) return
    this.capture.inject = injector
  }

  #record(direction: 'request' | 'response', chunk: Buffer): void {
    if (this.#isOver) return
    const { capture } = this
    const body = capture.ownBody(direction)
    const offset = body.bytes
    if (capture.isGone || (capture.pieces && this.#redaction?.hasBodyRules)) {
      body.skip(chunk.length)
      return
    }
    let cost = this.#store.append(capture, body, chunk)
    if (capture.pieces) {
      cost += capture.pieces.add(direction, offset, chunk.length, performance.now())
      capture.messageCount = capture.pieces.list.length
      this.#store.changed(capture)
    }
    this.#store.charge(capture, cost)
  }

  #onEnd(atMs: number): void {
    if (this.#requestEnded && this.#responseEnded) this.#settle('complete', atMs)
  }

  #settle(state: 'complete' | 'failed', atMs: number): void {
    const { capture } = this
    this.#isOver = true
    capture.endMs = atMs
    capture.inject = undefined
    if (this.#redaction?.hasBodyRules) this.#redactBodies(this.#redaction)
    capture.state = state
    this.#store.settled(capture)
  }

  #redactBodies(redaction: Redaction): void {
    const { requestHead, responseHead, requestBody, responseBody } = this.capture
    if (requestHead) redaction.body(requestBody, requestHead.headers)
    if (responseHead) redaction.body(responseBody, responseHead.headers)
    this.capture.bodiesHeld = false
  }
}

/** What headers take: their characters and, for each string, what it costs beside them. */
export function headBytes(headers: HeaderList): number {
  let bytes = 64
  for (let at = 0; at < headers.length; at++) bytes += (headers[at] as string).length + 24
  return bytes
}

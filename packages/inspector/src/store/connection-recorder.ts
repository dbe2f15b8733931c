import type { ByteDirection, ConnectionFacts, ConnectionObserver } from '@tunnel/http'
import type { Redaction } from '../redact/redaction.ts'
import type { Capture, CaptureSource } from './capture.ts'
import type { CaptureStore } from './capture-store.ts'
import { Pieces } from './pieces.ts'

/** Writes one connection of a tcp or tls endpoint into the store while its bytes pass. */
export class ConnectionRecorder implements ConnectionObserver {
  readonly capture: Capture
  readonly #store: CaptureStore
  readonly #storesBytes: boolean
  #ends = 0

  constructor(
    store: CaptureStore,
    source: CaptureSource,
    kind: 'tcp' | 'tls',
    facts: ConnectionFacts,
    redaction: Redaction | undefined,
  ) {
    this.#store = store
    this.#storesBytes = !redaction?.hasBodyRules
    const capture = store.begin(source, kind)
    capture.startMs = performance.now()
    capture.remoteAddress = facts.visitorAddress
    capture.pieces = new Pieces(store.limits.maxPieces)
    this.capture = capture
    store.changed(capture)
  }

  onConnected(atMs: number): void {
    this.capture.connectedMs = atMs
  }

  onBytes(direction: ByteDirection, chunk: Buffer): void {
    const { capture } = this
    const body = capture.ownBody(direction)
    const offset = body.bytes
    if (capture.isGone || !this.#storesBytes) {
      body.skip(chunk.length)
      return
    }
    if (direction === 'response') capture.responseHeadMs ??= performance.now()
    let cost = this.#store.append(capture, body, chunk)
    if (capture.pieces) {
      cost += capture.pieces.add(direction, offset, chunk.length, performance.now())
      capture.messageCount = capture.pieces.list.length
    }
    this.#store.charge(capture, cost)
    this.#store.changed(capture)
  }

  onEnd(direction: ByteDirection, atMs: number): void {
    if (direction === 'request') this.capture.requestEndMs = atMs
    if (++this.#ends < 2) return
    this.#settle('complete', atMs)
  }

  onFailure(code: string, atMs: number): void {
    this.capture.failure = code
    this.#settle('failed', atMs)
  }

  #settle(state: 'complete' | 'failed', atMs: number): void {
    this.capture.endMs = atMs
    this.capture.state = state
    this.#store.settled(this.capture)
  }
}

import type { ExchangeObserver, HeaderList, ObserveExchange, RequestHead, ResponseHead } from '@tunnel/http'
import type { ForwardEvents } from '../upstream/forward-stream.ts'
import { Meter } from './meter.ts'

/** A request as it goes on: the later fields come with the response and the end. */
export interface RequestSummary {
  readonly method: string
  readonly target: string
  status?: number
  /** The words behind the status; may be empty. */
  reason?: string
  /** From its head to the end of the response, or to what failed. */
  durationMs?: number
  /** The code of what failed. */
  failure?: string
}

/** Is told of a request when its head is there, when its response begins, and at its end. Must return at once. */
export type OnRequest = (summary: RequestSummary) => void

/**
 * Counts the connections and requests of endpoints: give `connectionEvents` and `observe` to those that are to be counted together.
 * One small object a request, nothing for a chunk.
 */
export class TrafficStatistics {
  readonly connections: Meter
  readonly requests: Meter
  readonly #onRequest: OnRequest | undefined

  constructor(onRequest?: OnRequest, now?: () => number) {
    this.connections = new Meter(now)
    this.requests = new Meter(now)
    this.#onRequest = onRequest
  }

  readonly connectionEvents: ForwardEvents = {
    onOpened: () => this.connections.begin(),
    onClosed: ({ durationMs }) => this.connections.end(durationMs),
  }

  readonly observe: ObserveExchange = () => new CountedExchange(this.requests, this.#onRequest)
}

class CountedExchange implements ExchangeObserver {
  readonly #meter: Meter
  readonly #onRequest: OnRequest | undefined
  /** Where nobody is told, none is made. */
  #summary: RequestSummary | undefined
  #startedAt = 0
  #isOpen = false

  constructor(meter: Meter, onRequest: OnRequest | undefined) {
    this.#meter = meter
    this.#onRequest = onRequest
  }

  onRequestHead({ method, target }: RequestHead, atMs: number): void {
    this.#startedAt = atMs
    this.#isOpen = true
    this.#meter.begin(atMs)
    if (!this.#onRequest) return
    this.#summary = { method, target }
    this.#onRequest(this.#summary)
  }

  onRequestBody(): void {}
  onRequestEnd(): void {}
  onInformational(): void {}

  onResponseHead({ status, reason }: ResponseHead, atMs: number): void {
    const summary = this.#summary
    if (summary) {
      summary.status = status
      summary.reason = reason
    }
    // An upgraded exchange has no other end.
    if (status === 101) this.#end(atMs)
    else if (summary) this.#onRequest?.(summary)
  }

  onResponseBody(): void {}

  onResponseEnd(_trailers: HeaderList | undefined, atMs: number): void {
    this.#end(atMs)
  }

  onFailure(code: string, atMs: number): void {
    if (this.#isOpen && this.#summary) this.#summary.failure = code
    this.#end(atMs)
  }

  #end(atMs: number): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    const durationMs = atMs - this.#startedAt
    this.#meter.end(durationMs, atMs)
    if (!this.#summary) return
    this.#summary.durationMs = durationMs
    this.#onRequest?.(this.#summary)
  }
}

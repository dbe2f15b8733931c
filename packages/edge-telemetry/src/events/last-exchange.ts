import type { ExchangeRecord } from '@tunnel/edge'
import type { LineTemplate } from './line-template.ts'

/** What a connection's last exchange was, and what is kept of its line for the next one. Bytes are kept of what has come twice. */
export class LastExchange {
  head: ExchangeRecord['head']
  /** What {@link head} has become. */
  request: Buffer | undefined
  responseHeaders: ExchangeRecord['responseHeaders'] | undefined
  /** What they have become: the same object for all that say the same. */
  response: Buffer | undefined
  endpoint: ExchangeRecord['endpoint']
  host = ''
  /** What all exchanges of the connection with this endpoint and host have in common, to the end of the line. */
  tail: Buffer | undefined
  /** Of the whole line. */
  template: LineTemplate | undefined
  #status = 0
  #requestBytes = 0
  #responseBytes = 0
  #isComplete = false
  #isStreamReused = false

  /** Whether `exchange`, answered by an upstream, differs from it in no more than its heads and times. */
  hasNumbersOf(exchange: ExchangeRecord): boolean {
    return (
      this.#status === exchange.status &&
      this.#requestBytes === exchange.requestBytes &&
      this.#responseBytes === exchange.responseBytes &&
      this.#isComplete === exchange.isComplete &&
      this.#isStreamReused === exchange.isStreamReused &&
      this.endpoint === exchange.endpoint &&
      exchange.sentAtMs !== 0 &&
      exchange.firstByteAtMs !== 0 &&
      exchange.errorCode === undefined &&
      exchange.policyEvents === undefined
    )
  }

  become(exchange: ExchangeRecord, host: string, response: Buffer | undefined): void {
    const { head, endpoint } = exchange
    if (this.head !== head) this.request = undefined
    if (this.endpoint !== endpoint || this.host !== host) this.tail = undefined
    this.template = undefined
    this.head = head
    this.endpoint = endpoint
    this.host = host
    this.response = response
    this.responseHeaders = response && exchange.responseHeaders
    this.#status = exchange.status
    this.#requestBytes = exchange.requestBytes
    this.#responseBytes = exchange.responseBytes
    this.#isComplete = exchange.isComplete
    this.#isStreamReused = exchange.isStreamReused
  }
}

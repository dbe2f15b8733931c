import type { ConnectionRecord, ExchangeRecord } from '@tunnel/edge'
import type { ConnectionTails } from './connection-tails.ts'
import { nameEvent } from './envelope.ts'
import type { EventHeaders } from './event-settings.ts'
import { answerText, beginText, timePlaces } from './exchange-text.ts'
import { ExchangeTimes } from './exchange-times.ts'
import { HeaderMaps } from './header-map.ts'
import type { JsonTexts } from './json-text.ts'
import { LastExchange } from './last-exchange.ts'
import type { LineBuffer } from './line-buffer.ts'
import { LineTemplate } from './line-template.ts'
import { policyFields } from './policy-fields.ts'
import { RequestParts } from './request-parts.ts'
import { ResponseParts } from './response-parts.ts'
import type { Timestamps } from './timestamps.ts'

/** Connections whose last exchange is remembered; when there are more, it begins anew. */
const MAX_CONNECTIONS = 1024

/** Of what is no HTTP. */
const NO_HEAD = '"headers":{},"method":"","url":null,"user_agent":"","version":""}'

/**
 * Writes `http_request_complete.v0` (reference edge-and-api.md §9.3). Its members stand so that what repeats is in one piece. A connection whose exchange
 * is the one before again gets the same line; one that repeats a head or its endpoint, the bytes which that has become.
 */
export class HttpEvents {
  readonly #lines: LineBuffer
  readonly #clock: Timestamps
  readonly #json: JsonTexts
  readonly #tails: ConnectionTails
  readonly #responseHeaders: HeaderMaps
  readonly #requests: RequestParts
  readonly #responses: ResponseParts
  readonly #connections = new Map<ConnectionRecord, LastExchange>()
  /** Of the exchange that is being written. */
  readonly #times = new ExchangeTimes()

  constructor(lines: LineBuffer, clock: Timestamps, json: JsonTexts, tails: ConnectionTails, headers: EventHeaders) {
    this.#lines = lines
    this.#clock = clock
    this.#json = json
    this.#tails = tails
    this.#requests = new RequestParts(headers, json)
    this.#responseHeaders = new HeaderMaps(headers, json)
    this.#responses = new ResponseParts((list) => this.#responseText(list))
  }

  write(exchange: ExchangeRecord): void {
    const { head, responseHeaders } = exchange
    const last = this.#connections.get(exchange.connection) ?? this.#remember(exchange.connection)
    const response = last.responseHeaders === responseHeaders ? last.response : this.#responses.of(responseHeaders)
    const areHeadsRepeated = last.head === head && last.response === response && head && response
    if (!areHeadsRepeated || !last.hasNumbersOf(exchange)) return this.#compose(exchange, last, response)
    last.responseHeaders = responseHeaders
    this.#times.read(exchange, this.#clock)
    if (last.template?.put(this.#lines, this.#times)) return
    last.template = this.#composeTemplate(exchange, last, response)
  }

  /** There will be no more of it. */
  forget(connection: ConnectionRecord): void {
    this.#connections.delete(connection)
  }

  #remember(connection: ConnectionRecord): LastExchange {
    if (this.#connections.size >= MAX_CONNECTIONS) this.#connections.clear()
    const last = new LastExchange()
    this.#connections.set(connection, last)
    return last
  }

  #compose(exchange: ExchangeRecord, last: LastExchange, response: Buffer | undefined): void {
    const host = exchange.head?.host ?? ''
    const isHeadRepeated = last.head === exchange.head
    const isTailRepeated = last.endpoint === exchange.endpoint && last.host === host
    last.become(exchange, host, response)
    this.#json.isAscii = true
    const at = this.#lines.length
    let text = beginText(exchange, this.#clock)
    if (isHeadRepeated) {
      this.#putBytes(text, this.#requestOf(exchange, last))
      text = ''
    } else text += this.#requestText(exchange)
    if (response) {
      this.#putBytes(text, response)
      text = ''
    } else text += this.#responseText(exchange.responseHeaders)
    text += answerText(exchange, this.#clock)
    if (exchange.policyEvents) {
      text += policyFields(exchange.policyEvents)
      this.#json.isAscii = false
    }
    if (isTailRepeated) this.#putBytes(text, this.#tailOf(exchange, last))
    else this.#putText(text + this.#tails.of(exchange, host))
    nameEvent(this.#lines, at)
  }

  /** `undefined`: the next one will be of another second. */
  #composeTemplate(exchange: ExchangeRecord, last: LastExchange, response: Buffer): LineTemplate | undefined {
    const lines = this.#lines
    const at = lines.length
    const begin = beginText(exchange, this.#clock)
    this.#json.isAscii = true
    this.#putBytes(begin, this.#requestOf(exchange, last))
    lines.bytes(response)
    const answerAt = lines.length
    this.#putBytes(answerText(exchange, this.#clock), this.#tailOf(exchange, last))
    nameEvent(lines, at)
    const second = Math.floor(this.#times.endMs / 1000)
    if (!this.#times.areOf(second)) return undefined
    const places = timePlaces(exchange, begin.length, answerAt - at)
    return new LineTemplate(lines.memory.subarray(at, lines.length), places, second)
  }

  #requestOf(exchange: ExchangeRecord, last: LastExchange): Buffer {
    last.request ??= Buffer.from(this.#requestText(exchange))
    return last.request
  }

  #tailOf(exchange: ExchangeRecord, last: LastExchange): Buffer {
    last.tail ??= Buffer.from(this.#tails.of(exchange, last.host))
    return last.tail
  }

  #requestText({ head, connection }: ExchangeRecord): string {
    return head ? this.#requests.of(head, connection) : NO_HEAD
  }

  #responseText(headers: ExchangeRecord['responseHeaders']): string {
    return `,"response":{"headers":${this.#responseHeaders.of(headers)},`
  }

  #putText(text: string): void {
    this.#lines.put(text, this.#json.isAscii)
  }

  /** `text` has what is before them. */
  #putBytes(text: string, bytes: Buffer): void {
    if (text !== '') this.#putText(text)
    this.#lines.bytes(bytes)
  }
}

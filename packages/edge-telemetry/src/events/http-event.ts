import type { ConnectionRecord, ExchangeRecord } from '@tunnel/edge'
import { ConnectionParts } from './connection-parts.ts'
import { envelopeBegin } from './envelope.ts'
import type { EventHeaders } from './event-settings.ts'
import { headerMap } from './header-map.ts'
import type { LineBuffer } from './line-buffer.ts'
import { policyFields } from './policy-fields.ts'
import { RememberedParts } from './remembered-parts.ts'
import { requestPart } from './request-part.ts'
import type { Timestamps } from './timestamps.ts'

type Head = NonNullable<ExchangeRecord['head']>

/** Of what is no HTTP. */
const NO_HEAD = '"headers":{},"method":"","url":null,"user_agent":"","version":""}'

/** Writes `http_request_complete.v0` (reference edge-and-api.md §9.3). Its members stand so that what repeats is in one piece. */
export class HttpEvents {
  readonly #times: Timestamps
  readonly #lines: LineBuffer
  readonly #requests: RememberedParts<Head>
  readonly #responses: RememberedParts<ExchangeRecord['responseHeaders']>
  /** Of the exchange that is being written. */
  #connection: ConnectionRecord | undefined
  readonly #connections: ConnectionParts

  constructor(lines: LineBuffer, times: Timestamps, headers: EventHeaders) {
    this.#lines = lines
    this.#times = times
    this.#connections = new ConnectionParts(times)
    this.#requests = new RememberedParts((head) => requestPart(head, this.#connection as ConnectionRecord, headers))
    this.#responses = new RememberedParts((list) => `,"response":{"headers":${headerMap(list, headers)},`)
  }

  write(exchange: ExchangeRecord): void {
    const lines = this.#lines
    const times = this.#times
    const { head, connection, startedAtMs, policyEvents } = exchange
    this.#connection = connection
    const begun = times.at(startedAtMs)
    const requestEnd = exchange.requestEndedAtMs === 0 ? begun : times.at(exchange.requestEndedAtMs)
    const end = times.at(exchange.endedAtMs)
    lines.ascii(
      `${envelopeBegin('http_request_complete.v0', end)}"http":{"request":{"body_length":${exchange.requestBytes},"first_byte_ts":"${begun}","last_byte_ts":"${requestEnd}",`,
    )
    if (head) this.#requests.put(head, lines)
    else lines.ascii(NO_HEAD)
    this.#responses.put(exchange.responseHeaders, lines)
    const firstByte = exchange.firstByteAtMs === 0 ? 'null' : `"${times.at(exchange.firstByteAtMs)}"`
    const reused = exchange.sentAtMs === 0 ? '' : `"backend":{"connection_reused":${exchange.isStreamReused}},`
    const error = exchange.errorCode === undefined ? '' : `"error_code":"${exchange.errorCode}",`
    lines.ascii(
      `"body_length":${exchange.responseBytes},"first_byte_ts":${firstByte},"last_byte_ts":"${end}","status_code":${exchange.status}}},${reused}${error}"complete":${exchange.isComplete},`,
    )
    if (policyEvents) lines.text(policyFields(policyEvents))
    lines.bytes(this.#connections.of(exchange))
  }

  /** There will be no more of it. */
  forget(connection: ConnectionRecord): void {
    this.#connections.forget(connection)
  }
}

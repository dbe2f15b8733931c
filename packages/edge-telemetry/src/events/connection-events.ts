import type { ConnectionRecord } from '@tunnel/edge'
import { connectionEnds, ja4Field } from './connection-fields.ts'
import type { EndpointTexts } from './endpoint-texts.ts'
import { ENVELOPE_OBJECT, envelopeOf, nameEvent } from './envelope.ts'
import type { JsonTexts } from './json-text.ts'
import type { LineBuffer } from './line-buffer.ts'
import { policyFields } from './policy-fields.ts'
import type { Timestamps } from './timestamps.ts'

const ENVELOPE = envelopeOf('tcp_connection_closed.v0')

/** Writes `tcp_connection_closed.v0` (reference edge-and-api.md §9.3): of TCP, TLS and HTTP connections alike. */
export class ConnectionEvents {
  readonly #lines: LineBuffer
  readonly #clock: Timestamps
  readonly #json: JsonTexts
  readonly #endpoints: EndpointTexts

  constructor(lines: LineBuffer, clock: Timestamps, json: JsonTexts, endpoints: EndpointTexts) {
    this.#lines = lines
    this.#clock = clock
    this.#json = json
    this.#endpoints = endpoints
  }

  write(connection: ConnectionRecord): void {
    const { endpoint, bytesIn, bytesOut, errorCode, startedAtMs, closedAtMs } = connection
    const json = this.#json
    json.isAscii = true
    const decided = connection.policyEvents()
    if (decided.length > 0) json.isAscii = false
    const end = this.#clock.at(closedAtMs ?? startedAtMs)
    const ends = connectionEnds(connection, endpoint?.host ?? '', json)
    const when = `"start_ts":"${this.#clock.at(startedAtMs)}","end_ts":"${end}"`
    const error = errorCode === undefined ? '' : `,"error_code":"${errorCode}"`
    const told = this.#endpoints.of(endpoint)
    const rest = `${ja4Field(connection, json)}${told.member}${error}${told.end}`
    const conn = `"conn":{"bytes_in":${bytesIn},"bytes_out":${bytesOut},${ends},${when}}`
    const at = this.#lines.length
    this.#lines.put(`${ENVELOPE}${end}${ENVELOPE_OBJECT}${policyFields(decided)}${conn}${rest}`, json.isAscii)
    nameEvent(this.#lines, at)
  }
}

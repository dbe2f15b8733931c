import type { ConnectionRecord } from '@tunnel/edge'
import { connectionEnds, endpointField, ja4Field } from './connection-fields.ts'
import { envelopeBegin, envelopeEnd } from './envelope.ts'
import type { LineBuffer } from './line-buffer.ts'
import { policyFields } from './policy-fields.ts'
import type { Timestamps } from './timestamps.ts'

/** Writes `tcp_connection_closed.v0` (reference edge-and-api.md §9.3): of TCP, TLS and HTTP connections alike. */
export function writeConnectionEvent(connection: ConnectionRecord, lines: LineBuffer, times: Timestamps): void {
  const { endpoint, bytesIn, bytesOut, errorCode } = connection
  const end = times.at(connection.closedAtMs ?? connection.startedAtMs)
  const ends = connectionEnds(connection, endpoint?.host ?? '')
  const when = `"start_ts":"${times.at(connection.startedAtMs)}","end_ts":"${end}"`
  const error = errorCode === undefined ? '' : `,"error_code":"${errorCode}"`
  const rest = `${ja4Field(connection)}${endpointField(endpoint)}${error}`
  const policies = policyFields(connection.policyEvents())
  const conn = `{"bytes_in":${bytesIn},"bytes_out":${bytesOut},${ends},${when}}`
  const begin = envelopeBegin('tcp_connection_closed.v0', end)
  lines.text(`${begin}${policies}"conn":${conn}${rest}${envelopeEnd(endpoint?.session.accountId)}`)
}

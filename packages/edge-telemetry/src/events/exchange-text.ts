import type { ExchangeRecord } from '@tunnel/edge'
import { ENVELOPE_OBJECT, envelopeOf } from './envelope.ts'
import { TIMESTAMP_LENGTH, type Timestamps } from './timestamps.ts'

const ENVELOPE = envelopeOf('http_request_complete.v0')
const REQUEST = `${ENVELOPE_OBJECT}"http":{"request":{"body_length":`
const LAST_BYTE = '","last_byte_ts":"'

/** Where in a line the times of an exchange stand, from its begin. */
export interface TimePlaces {
  readonly event: number
  readonly begun: number
  readonly requestEnd: number
  readonly firstByte: number
  readonly end: number
}

/** The line of an exchange up to what its request's head says. ASCII, as is {@link answerText}. */
export function beginText(exchange: ExchangeRecord, clock: Timestamps): string {
  const begun = clock.at(exchange.startedAtMs)
  const requestEnd = exchange.requestEndedAtMs === 0 ? begun : clock.at(exchange.requestEndedAtMs)
  const end = clock.at(exchange.endedAtMs)
  return `${ENVELOPE}${end}${REQUEST}${exchange.requestBytes},"first_byte_ts":"${begun}${LAST_BYTE}${requestEnd}",`
}

/** What follows on what its response's head says: the rest of the response, and how it went. */
export function answerText(exchange: ExchangeRecord, clock: Timestamps): string {
  const { firstByteAtMs, endedAtMs, sentAtMs, errorCode } = exchange
  const firstByte = firstByteAtMs === 0 ? 'null,"last_byte_ts":"' : `"${clock.at(firstByteAtMs)}${LAST_BYTE}`
  const reused = sentAtMs === 0 ? '' : `"backend":{"connection_reused":${exchange.isStreamReused}},`
  const error = errorCode === undefined ? '' : `"error_code":"${errorCode}",`
  return `${answerBegin(exchange)}${firstByte}${clock.at(endedAtMs)}","status_code":${exchange.status}}},${reused}${error}"complete":${exchange.isComplete},`
}

/** Of an exchange that was answered; `beginLength`: of {@link beginText}, `answerAt`: of {@link answerText}. */
export function timePlaces(exchange: ExchangeRecord, beginLength: number, answerAt: number): TimePlaces {
  const requestEnd = beginLength - '",'.length - TIMESTAMP_LENGTH
  const begun = requestEnd - LAST_BYTE.length - TIMESTAMP_LENGTH
  const firstByte = answerAt + answerBegin(exchange).length + '"'.length
  const end = firstByte + TIMESTAMP_LENGTH + LAST_BYTE.length
  return { event: ENVELOPE.length, begun, requestEnd, firstByte, end }
}

const answerBegin = ({ responseBytes }: ExchangeRecord): string => `"body_length":${responseBytes},"first_byte_ts":`

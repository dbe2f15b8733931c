import type { HeaderList, RequestHead, ResponseHead } from '@tunnel/http'
import type { PolicyEvents } from '@tunnel/traffic-policy'
import type { Endpoint } from '../endpoints/endpoint.ts'
import { fieldOf } from '../http/field.ts'
import { turnTimeMs } from '../turn-time.ts'
import type { ConnectionRecord } from './connection-record.ts'
import type { EdgeObserver, ExchangeTrace } from './edge-observer.ts'
import { tracedHead, traceparentOf } from './traced-head.ts'

/**
 * One request with what became of it. It refers to what there is already and works nothing out: whoever reads it does, when there is time. Times
 * are on the clock of `performance.now()`, which is read once in each turn of the event loop; 0 for what did not happen.
 */
export class ExchangeRecord {
  readonly connection: ConnectionRecord
  /** As the visitor sent it; `undefined` where it could not be read. */
  readonly head: RequestHead | undefined
  /** What goes on: {@link head}, with the fields of {@link trace}. */
  forwarded: RequestHead | undefined
  trace: ExchangeTrace | undefined
  /** The head had come. */
  readonly startedAtMs = turnTimeMs()
  /** Of its body; 0 without one. */
  requestEndedAtMs = 0
  /** It was given a stream to an agent. */
  sentAtMs = 0
  /** The head of the answer was written. */
  firstByteAtMs = 0
  endedAtMs = 0
  /** Of the answer; 0 where there was none. */
  status = 0
  /** Of the answer as the edge had it last, hop-by-hop fields of the upstream among them. */
  responseHeaders: HeaderList = none
  /** Of bodies, without their framing. */
  requestBytes = 0
  responseBytes = 0
  /** The answer was written to its end; a visitor that left, or an upstream that broke off, leaves it `false`. */
  isComplete = false
  /** Whom the host led to. */
  endpoint: Endpoint | undefined
  /** Whose upstream it was sent to: another one than {@link endpoint} after `forward-internal`, or where one of a pool failed. */
  servedBy: Endpoint | undefined
  /** It went over a stream that had carried another one before. */
  isStreamReused = false
  /** `ERR_TUNNEL_<number>` of an answer of the edge's own. */
  errorCode: string | undefined
  /** What policies decided and logged, the innermost endpoint's first. */
  policyEvents: PolicyEvents[] | undefined

  constructor(connection: ConnectionRecord, head: RequestHead | undefined) {
    this.connection = connection
    this.head = head
    this.forwarded = head
  }

  beginTrace(observer: EdgeObserver): void {
    const head = this.head as RequestHead
    const given = traceparentOf(head.headers)
    const state = fieldOf(head.headers, 'tracestate') || undefined
    this.trace = observer.beginTrace?.(given, state)
    if (this.trace) this.forwarded = tracedHead(head, this.trace)
  }

  sentTo(endpoint: Endpoint, isStreamReused: boolean): void {
    this.sentAtMs = turnTimeMs()
    this.servedBy = endpoint
    this.isStreamReused = isStreamReused
  }

  answered(status: number, headers: HeaderList): void {
    this.firstByteAtMs = turnTimeMs()
    this.status = status
    this.responseHeaders = headers
  }

  /** {@link answered} with the head of a response. */
  answeredWith({ status, headers }: ResponseHead): void {
    this.answered(status, headers)
  }

  /** `text`: the body of an answer of the edge's own. */
  answeredByEdge(status: number, headers: HeaderList, code: string | undefined, text: string): void {
    this.answered(status, headers)
    this.errorCode = code
    if (this.head?.method !== 'HEAD') this.responseBytes = Buffer.byteLength(text)
    this.isComplete = true
  }

  addPolicyEvents(events: PolicyEvents): void {
    this.policyEvents ??= []
    this.policyEvents.push(events)
  }
}

const none: HeaderList = []

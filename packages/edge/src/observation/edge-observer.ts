import type { AgentSession } from '../agent-session.ts'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { ConnectionRecord } from './connection-record.ts'
import type { ExchangeRecord } from './exchange-record.ts'

/**
 * Told what an edge does: for events, metrics and traces. An edge without one pays a comparison in each place.
 *
 * Each call comes from the middle of the edge's work: it must return at once, without throwing, and leave what costs time for later. A record
 * may be kept, and does not change any more once it was told; what it refers to (heads, endpoints) belongs to the edge and must not be changed.
 * What is left out is not told.
 */
export interface EdgeObserver {
  /** A visitor connection has asked for something. Those of agents, and of the edge's own host, are none. */
  connectionOpened?(connection: ConnectionRecord): void
  /** It is closed, after each of its exchanges. */
  connectionClosed?(connection: ConnectionRecord): void
  /**
   * Asked with the visitor's own fields when a request head has come; `undefined` for one that is absent. What is given back stays with the record as
   * {@link ExchangeRecord.trace}, and its fields take the place of the visitor's. `undefined`: they pass as they are.
   */
  beginTrace?(traceparent: string | undefined, tracestate: string | undefined): ExchangeTrace | undefined
  /** An exchange is over: answered by an upstream, by a policy or by the edge itself, upgraded, or given up. Once for each, also for what is no HTTP. */
  exchangeFinished?(exchange: ExchangeRecord): void
  /** Something was not let in. Requests that are answered with an error are told as exchanges instead. */
  refused?(refusal: Refusal): void
  /** A request, for an endpoint whose agent is away, has waited so long: until it went on, or was given up. */
  requestWaited?(waitedMs: number): void
  sessionOpened?(session: AgentSession): void
  sessionClosed?(session: AgentSession): void
  endpointOnline?(endpoint: Endpoint): void
  endpointOffline?(endpoint: Endpoint): void
}

/** What an observer makes of an exchange's place in a trace. */
export interface ExchangeTrace {
  /** As the upstream is sent it (W3C Trace Context §3.2). */
  readonly traceparent: string
  /** @default the visitor's own */
  readonly tracestate?: string | undefined
}

export interface Refusal {
  /** `connection`: of a visitor, without an answer. `agent`: before it had a session. `bind`: of an endpoint. */
  readonly what: 'connection' | 'agent' | 'bind'
  /** `ERR_TUNNEL_<number>`; `undefined` for what has none in the catalogue. */
  readonly code: string | undefined
}

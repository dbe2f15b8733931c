import type { Duplex } from 'node:stream'
import type { HeaderList, ResponseHead } from '@tunnel/http'
import type { ExchangeRecord } from '../observation/exchange-record.ts'
import type { ConnectionEnds } from '../peer-address.ts'
import type { ConnectionPolicies } from '../policy/connection-policies.ts'
import type { VisitorError } from './error-response.ts'
import type { ForwardedRequest, ForwardedResponse } from './forwarded-head.ts'

/** The visitor's side of one exchange: HTTP/1.1 and HTTP/2 differ here and nowhere else. */
export interface Visitor {
  /** The visitor's IP address, as `X-Forwarded-For` shows it. */
  readonly address: string
  readonly scheme: 'http' | 'https'
  /** Both ends of the visitor's connection, for the header of a new stream. */
  ends(): ConnectionEnds
  /** Its connection as traffic policies see it. Made when it is asked for. */
  policies(): ConnectionPolicies
  /** As `req.version` shows it. @default what the head says */
  readonly version?: string | undefined
  /** How many endpoints the request has passed before this one (`forward-internal`). */
  readonly hops: number
  /** The Host that a policy has given the request. */
  readonly hostHeader: string | undefined
  /** Fields of `X-Forwarded-*` that a policy has removed, in lower case: the edge does not set them. */
  readonly withheld: readonly string[] | undefined
  /** Its request heads as they go on. */
  readonly forwarded: ForwardedRequest
  /** Where somebody observes: what is noted of the exchange. */
  readonly record: ExchangeRecord | undefined
  writeInformational(head: ResponseHead): void
  /** `forwarded` knows the heads of the connection that it came over. */
  writeHead(head: ResponseHead, forwarded: ForwardedResponse): void
  writeBody(chunk: Buffer): void
  writeEnd(trailers: HeaderList | undefined): void
  /**
   * Once {@link flush} or {@link writeEnd} has returned, it refers to no chunk that {@link writeBody} was given before: see
   * `StreamReceiver.consumesAtOnce`. Asked before each chunk from the upstream, also before the one that brings the head.
   *
   * @default false: it keeps chunks by reference
   */
  readonly consumesAtOnce?: boolean
  /** Sends what was written since the last flush. `false`: hold the upstream back until `Exchange.onVisitorDrain`. */
  flush(): boolean
  /** A response of the edge's own, in place of one from upstream. Only before `writeHead`. */
  writeError(error: VisitorError): void
  /** The response cannot be completed: the visitor must see that it is cut short. */
  abort(): void
  /** Stops and goes on reading the request body. */
  pauseRequest(): void
  resumeRequest(): void
  /** The whole connection ends, without an answer. */
  drop(): void
  /** After `writeHead` of a 101: gives the bare connection, now or when the answer may go on. */
  takeOver(use: (connection: Duplex) => void): void
}

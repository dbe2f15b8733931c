import type { ByteInjector, HeaderList, RequestHead, ResponseHead } from '@tunnel/http'
import type { PolicyStep } from '../contract/detail.ts'
import type { CaptureKind, CaptureState } from '../contract/kinds.ts'
import { type CaptureNumber, captureIdOf } from './capture-id.ts'
import { visitorAddress } from './capture-kind.ts'
import type { Pieces } from './pieces.ts'
import { RecordedBody } from './recorded-body.ts'

/** The endpoint that a capture was made at. */
export interface CaptureSource {
  readonly name: string
  readonly upstream: string
  /** Its public address; it may change when the session comes back. */
  readonly url: string
  /** Requests share connections to the upstream, as those of HTTP/2 do, and may wait for a place on one. */
  readonly sharesConnections?: boolean | undefined
}

const NO_SOURCE: CaptureSource = { name: '', upstream: '', url: '' }

/** Of all captures without one: most requests have none. Nobody writes to it. */
const NO_BODY = new RecordedBody()

/** What a capture costs beside its heads and bodies. Measured: the object with its times and bodies, and its place in the order. */
export const CAPTURE_BYTES = 600

/** One exchange, or one connection, as far as it has come. Times are milliseconds of `performance.now()`. */
export class Capture implements CaptureNumber {
  second = 0
  sequence = 0
  source: CaptureSource = NO_SOURCE
  startedAt = Number.NaN
  kind: CaptureKind = 'http'
  state: CaptureState = 'open'
  startMs = 0
  // Not a number until they have come: what changes between a number and undefined is an object of its own for each value.
  #connectedMs = Number.NaN
  #requestEndMs = Number.NaN
  #responseHeadMs = Number.NaN
  #endMs = Number.NaN
  requestHead: RequestHead | undefined
  responseHead: ResponseHead | undefined
  requestTrailers: HeaderList | undefined
  responseTrailers: HeaderList | undefined
  informational: { head: ResponseHead; atMs: number }[] | undefined
  requestBody = NO_BODY
  responseBody = NO_BODY
  /** Of stream kinds. */
  pieces: Pieces | undefined
  messageCount = 0
  /** Directions of the messages that somebody was told of, `>` for a request: at most as many as are read. */
  messageOrder = ''
  failure: string | undefined
  replayOf: string | undefined
  replays: string[] | undefined
  /** Bodies wait for redaction: nobody may read them yet. */
  bodiesHeld = false
  pinned = false
  imported = false
  note = ''
  policy: PolicyStep[] | undefined
  /** Of an upgraded connection that is open. */
  inject: ByteInjector | undefined
  /** Where messages end that were put in from here, by direction. */
  injectedEnds: { request: Set<number>; response: Set<number> } | undefined
  /** Memory that it is charged with. */
  cost = 0
  /** It was removed: nothing of it is to be stored any more. */
  isGone = false
  /** Somebody beside its store may hold it. */
  isKnown = false
  #id: string | undefined
  #remoteAddress: string | undefined

  /** `id`: that of one that belongs to no store. */
  constructor(
    { second, sequence }: CaptureNumber,
    source: CaptureSource,
    kind: CaptureKind,
    startedAt: number,
    id?: string,
  ) {
    this.second = second
    this.sequence = sequence
    this.source = source
    this.kind = kind
    this.startedAt = startedAt
    this.#id = id
  }

  /**
   * Makes another one of it, for which nothing has to be collected. Only for one that nobody knows, is over, and was neither pinned nor
   * changed by anybody.
   */
  reuse(second: number, sequence: number, source: CaptureSource, startedAt: number): void {
    this.second = second
    this.sequence = sequence
    this.source = source
    this.startedAt = startedAt
    this.kind = 'http'
    this.state = 'open'
    this.startMs = 0
    this.#connectedMs = Number.NaN
    this.#requestEndMs = Number.NaN
    this.#responseHeadMs = Number.NaN
    this.#endMs = Number.NaN
    this.requestHead = undefined
    this.responseHead = undefined
    this.requestTrailers = undefined
    this.responseTrailers = undefined
    this.informational = undefined
    if (this.requestBody !== NO_BODY) this.requestBody.reuse()
    if (this.responseBody !== NO_BODY) this.responseBody.reuse()
    this.pieces = undefined
    this.messageCount = 0
    this.messageOrder = ''
    this.failure = undefined
    this.bodiesHeld = false
    this.inject = undefined
    this.cost = 0
    this.isGone = false
    this.#id = undefined
    this.#remoteAddress = undefined
  }

  /** Written out when somebody asks: of most captures nobody does. */
  get id(): string {
    this.#id ??= captureIdOf(this)
    return this.#id
  }

  /** The visitor's; what the edge says in the request head unless it is set. */
  get remoteAddress(): string {
    return this.#remoteAddress ?? (this.requestHead ? visitorAddress(this.requestHead.headers) : '')
  }

  set remoteAddress(address: string) {
    this.#remoteAddress = address
  }

  get connectedMs(): number | undefined {
    return known(this.#connectedMs)
  }

  set connectedMs(atMs: number | undefined) {
    this.#connectedMs = atMs ?? Number.NaN
  }

  get requestEndMs(): number | undefined {
    return known(this.#requestEndMs)
  }

  set requestEndMs(atMs: number | undefined) {
    this.#requestEndMs = atMs ?? Number.NaN
  }

  get responseHeadMs(): number | undefined {
    return known(this.#responseHeadMs)
  }

  set responseHeadMs(atMs: number | undefined) {
    this.#responseHeadMs = atMs ?? Number.NaN
  }

  get endMs(): number | undefined {
    return known(this.#endMs)
  }

  set endMs(atMs: number | undefined) {
    this.#endMs = atMs ?? Number.NaN
  }

  body(direction: 'request' | 'response'): RecordedBody {
    return direction === 'request' ? this.requestBody : this.responseBody
  }

  /** The same, to write to. */
  ownBody(direction: 'request' | 'response'): RecordedBody {
    const body = this.body(direction)
    if (body !== NO_BODY) return body
    const own = new RecordedBody()
    if (direction === 'request') this.requestBody = own
    else this.responseBody = own
    return own
  }

  get truncated(): boolean {
    return this.requestBody.truncated || this.responseBody.truncated
  }
}

const known = (ms: number): number | undefined => (Number.isNaN(ms) ? undefined : ms)

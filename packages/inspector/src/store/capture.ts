import type { ByteInjector, HeaderList, RequestHead, ResponseHead } from '@tunnel/http'
import type { PolicyStep } from '../contract/detail.ts'
import type { CaptureKind, CaptureState } from '../contract/kinds.ts'
import type { Pieces } from './pieces.ts'
import { RecordedBody } from './recorded-body.ts'

/** The endpoint that a capture was made at. */
export interface CaptureSource {
  readonly name: string
  readonly upstream: string
  /** Its public address; it may change when the session comes back. */
  readonly url: string
}

/** Of all captures without one: most requests have none. Nobody writes to it. */
const NO_BODY = new RecordedBody()

/** What a capture costs beside its heads and bodies. Measured: the object with its two bodies, its map entry and its id. */
export const CAPTURE_BYTES = 900

/** One exchange, or one connection, as far as it has come. Times are milliseconds of `performance.now()`. */
export class Capture {
  readonly id: string
  readonly source: CaptureSource
  readonly startedAt: number
  kind: CaptureKind
  state: CaptureState = 'open'
  startMs = 0
  connectedMs: number | undefined
  requestEndMs: number | undefined
  responseHeadMs: number | undefined
  endMs: number | undefined
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
  failure: string | undefined
  remoteAddress = ''
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

  constructor(id: string, source: CaptureSource, kind: CaptureKind, startedAt: number) {
    this.id = id
    this.source = source
    this.kind = kind
    this.startedAt = startedAt
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

import type { Attributes, HrTime, SpanContext, SpanStatus } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node'
import type { ExchangeRecord } from '@tunnel/edge'
import type { ExchangePlace } from './exchange-place.ts'
import { spanAttributes, spanName } from './span-attributes.ts'
import type { TraceParent } from './trace-context.ts'

/** `SpanKind.SERVER` and `SpanStatusCode` of `@opentelemetry/api`, which is loaded where tracing is on and nowhere else. */
const SERVER = 1
const UNSET = 0
const ERROR = 2

export interface SpanSource {
  readonly resource: ReadableSpan['resource']
  readonly instrumentationScope: ReadableSpan['instrumentationScope']
  /** Reads the `tracestate` that a visitor sent. */
  readState(text: string): NonNullable<SpanContext['traceState']>
}

/** The span of an exchange that is over. What it says is worked out when it is exported: until then it only refers to the record. */
export class ExchangeSpan implements ReadableSpan {
  readonly kind = SERVER
  readonly ended = true
  readonly links: ReadableSpan['links'] = []
  readonly droppedAttributesCount = 0
  readonly droppedEventsCount = 0
  readonly droppedLinksCount = 0
  readonly resource: ReadableSpan['resource']
  readonly instrumentationScope: ReadableSpan['instrumentationScope']
  /** Of the visitor's span, where it has named one. */
  readonly parentSpanContext?: SpanContext
  readonly #context: SpanContext
  readonly #exchange: ExchangeRecord
  /** From the clock of records to that of the world. */
  readonly #offsetMs = Date.now() - performance.now()

  constructor(exchange: ExchangeRecord, { parent, own }: ExchangePlace, source: SpanSource) {
    this.#exchange = exchange
    this.resource = source.resource
    this.instrumentationScope = source.instrumentationScope
    const state = parent && stateOf(exchange)
    const shared = state ? { traceState: source.readState(state) } : {}
    this.#context = { ...contextOf(own), ...shared }
    if (parent) this.parentSpanContext = { ...contextOf(parent), ...shared, isRemote: true }
  }

  get name(): string {
    return spanName(this.#exchange)
  }

  spanContext(): SpanContext {
    return this.#context
  }

  get startTime(): HrTime {
    return this.#timeAt(this.#exchange.startedAtMs)
  }

  get endTime(): HrTime {
    return this.#timeAt(this.#exchange.endedAtMs)
  }

  get duration(): HrTime {
    return hrTime(this.#exchange.endedAtMs - this.#exchange.startedAtMs)
  }

  get status(): SpanStatus {
    return { code: this.#exchange.status >= 500 ? ERROR : UNSET }
  }

  get attributes(): Attributes {
    return spanAttributes(this.#exchange)
  }

  get events(): ReadableSpan['events'] {
    const { sentAtMs, firstByteAtMs } = this.#exchange
    const happened = [
      ['sent to the agent', sentAtMs],
      ['first byte of the answer', firstByteAtMs],
    ] as const
    return happened
      .filter(([, atMs]) => atMs > 0)
      .map(([name, atMs]) => ({ name, time: this.#timeAt(atMs), attributes: {} }))
  }

  #timeAt(recordMs: number): HrTime {
    return hrTime(recordMs + this.#offsetMs)
  }
}

function contextOf({ traceId, spanId, flags }: TraceParent): SpanContext {
  return { traceId, spanId, traceFlags: flags }
}

/** The visitor's `tracestate`; empty without one. */
function stateOf({ head }: ExchangeRecord): string {
  const headers = head?.headers ?? []
  const at = headers.findIndex((field, index) => index % 2 === 0 && field.toLowerCase() === 'tracestate')
  return at < 0 ? '' : (headers[at + 1] ?? '')
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000)
  return [seconds, Math.min(999_999_999, Math.round((ms - seconds * 1000) * 1e6))]
}

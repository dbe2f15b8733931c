import type { ExchangeTrace } from '@tunnel/edge'
import type { IdSource } from './id-source.ts'
import { formatTraceparent, parseTraceparent, RANDOM, SAMPLED, type TraceParent } from './trace-context.ts'

/** Where an exchange stands in a trace: what the upstream is told, and what its span is made of. */
export class ExchangePlace implements ExchangeTrace {
  readonly parent: TraceParent | undefined
  /** Of the edge's span. */
  readonly own: TraceParent
  readonly traceparent: string
  readonly tracestate: string | undefined

  constructor(parent: TraceParent | undefined, own: TraceParent, tracestate: string | undefined) {
    this.parent = parent
    this.own = own
    this.traceparent = formatTraceparent(own)
    this.tracestate = tracestate
  }

  get isSampled(): boolean {
    return (this.own.flags & SAMPLED) !== 0
  }
}

/**
 * The place below what a visitor's fields name, sampled as they say; without them, or where they say nothing, the first of a new trace, of which `ratio` are sampled.
 * Such a `tracestate` is another trace's, and does not go on (§3.3).
 */
export function placeBelow(traceparent: string | undefined, ids: IdSource, ratio: number): ExchangePlace {
  const parent = traceparent === undefined ? undefined : parseTraceparent(traceparent)
  if (parent) {
    const own = { traceId: parent.traceId, spanId: ids.spanId(), flags: parent.flags & (SAMPLED | RANDOM) }
    return new ExchangePlace(parent, own, undefined)
  }
  const traceId = ids.traceId()
  const flags = isChosen(traceId, ratio) ? SAMPLED : 0
  return new ExchangePlace(undefined, { traceId, spanId: ids.spanId(), flags }, '')
}

/** By the id, so that whoever asks again gets the same answer. */
function isChosen(traceId: string, ratio: number): boolean {
  return Number.parseInt(traceId.slice(-8), 16) < ratio * 2 ** 32
}

import type { EdgeLimits } from '../limits.ts'
import type { EdgeLog } from '../ports.ts'
import type { Overload } from './overload.ts'
import type { OverloadSample, OverloadSource } from './overload-source.ts'
import {
  helpfulStage,
  LEAVE_SHARE,
  type OverloadReason,
  type OverloadStage,
  type StageMarks,
  stageAt,
} from './overload-stage.ts'
import type { RefusedCounts } from './refused-counts.ts'

/** How overloaded an edge is, why, and what it has refused. */
export interface OverloadStatus extends OverloadSample {
  /** 0: not at all. 1: connections are not kept. 2: nor are new ones taken. 3: nor new requests. */
  readonly stage: OverloadStage
  /** What has run out, the worst first. */
  readonly reasons: readonly OverloadReason[]
  readonly refused: Readonly<RefusedCounts>
}

/** One thing that can run out, as it is now. */
interface Pressure {
  readonly reason: OverloadReason
  readonly value: number
  readonly limit: number
  /** The highest of its marks that is reached, whatever helps against it. */
  readonly reached: OverloadStage
  /** What that leads to. */
  readonly stage: OverloadStage
}

const CONSEQUENCES: Readonly<Record<OverloadStage, string>> = {
  0: 'overload is over',
  1: 'overload: connections are not kept for further requests',
  2: 'overload: new connections and sessions are refused',
  3: 'overload: new requests are refused',
}

/** Looks at what the process uses, time and again, and says which stage of overload that is. */
export class OverloadManager {
  readonly #limits: EdgeLimits
  readonly #source: OverloadSource
  readonly #overload: Overload
  readonly #log: EdgeLog
  readonly #timer: NodeJS.Timeout
  #sample: OverloadSample
  #pressures: readonly Pressure[] = []

  constructor(parts: { limits: EdgeLimits; source: OverloadSource; overload: Overload; log: EdgeLog }) {
    this.#limits = parts.limits
    this.#source = parts.source
    this.#overload = parts.overload
    this.#log = parts.log
    this.#sample = parts.source.sample()
    this.#timer = setInterval(() => this.look(), parts.limits.overloadSampleMs).unref()
  }

  get status(): OverloadStatus {
    const { stage, refused } = this.#overload
    const reasons = this.#pressures.filter((one) => one.stage > 0).sort((one, other) => other.stage - one.stage)
    return { stage, reasons: reasons.map(({ reason }) => reason), ...this.#sample, refused: { ...refused } }
  }

  /** Takes a sample, and the stage that follows from it. */
  look(): void {
    this.#sample = this.#source.sample()
    const before = this.#pressures
    this.#pressures = this.#bounds().map(([reason, value, limit]) => {
      const reached = stageAt((value / limit) * 100, this.#marks(), reachedBy(before, reason))
      return { reason, value, limit, reached, stage: helpfulStage(reason, reached) }
    })
    const worst = worstOf(this.#pressures)
    const stage = worst?.stage ?? 0
    if (stage === this.#overload.stage) return
    this.#tell(stage, stage > this.#overload.stage ? worst : this.#now(worstOf(before)))
    this.#overload.stage = stage
  }

  close(): void {
    clearInterval(this.#timer)
    this.#source.close()
  }

  /** What is bounded, with its value and its bound. */
  #bounds(): [reason: OverloadReason, value: number, limit: number][] {
    const { memoryBytes, heapBytes, descriptors, eventLoopDelayMs } = this.#sample
    const { capacity } = this.#source
    const { maxMemoryBytes, maxDescriptors, maxEventLoopDelayMs } = this.#limits
    const all: [OverloadReason, number | undefined, number | undefined][] = [
      ['memory', memoryBytes, maxMemoryBytes || capacity.memoryBytes],
      ['heap', heapBytes, capacity.heapBytes],
      ['descriptors', descriptors, maxDescriptors || capacity.descriptors],
      ['event loop', eventLoopDelayMs, maxEventLoopDelayMs],
    ]
    return all.filter((one): one is [OverloadReason, number, number] => one[1] !== undefined && Boolean(one[2]))
  }

  #marks(): StageMarks {
    const { keepAliveMarkPercent, connectionMarkPercent, requestMarkPercent } = this.#limits
    return [keepAliveMarkPercent, connectionMarkPercent, requestMarkPercent]
  }

  /** What was worst before, with its value of now; it may be bounded no more. */
  #now(before: Pressure | undefined): Pressure | undefined {
    return this.#pressures.find(({ reason }) => reason === before?.reason) ?? before
  }

  /** On its way up the stage that began says whose mark was reached, on its way down the one that ended whose was left. */
  #tell(stage: OverloadStage, cause: Pressure | undefined): void {
    const { stage: before } = this.#overload
    const entered = this.#marks()[Math.max(stage, before) - 1] as number
    const percent = stage > before ? entered : entered * LEAVE_SHARE
    const limit = cause?.limit ?? 0
    const mark = Math.round((limit * percent) / 100)
    const fields = { stage, before, reason: cause?.reason, value: cause?.value, mark, limit }
    this.#log.warn(fields, CONSEQUENCES[stage])
  }
}

function worstOf(pressures: readonly Pressure[]): Pressure | undefined {
  return pressures.reduce<Pressure | undefined>(
    (worst, one) => (one.stage > (worst?.stage ?? 0) ? one : worst),
    undefined,
  )
}

function reachedBy(pressures: readonly Pressure[], reason: OverloadReason): OverloadStage {
  return pressures.find((one) => one.reason === reason)?.reached ?? 0
}

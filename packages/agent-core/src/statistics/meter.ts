import { DecayingSample } from './decaying-sample.ts'
import { MovingRate } from './moving-rate.ts'

/** What a {@link Meter} has seen. Rates are beginnings per second, percentiles durations in milliseconds. */
export interface MeterReading {
  /** All that began. */
  readonly count: number
  /** Those of them that have not ended. */
  readonly open: number
  readonly rate1: number
  readonly rate5: number
  readonly rate15: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
}

/** Counts what begins and ends, like connections. No timers, and at most 1,028 durations: 17 KB however long it runs. */
export class Meter {
  readonly #rates: readonly [MovingRate, MovingRate, MovingRate]
  readonly #durations: DecayingSample
  readonly #now: () => number
  #count = 0
  #open = 0

  /** `now`: milliseconds of a monotonic clock. */
  constructor(now: () => number = () => performance.now(), random?: () => number) {
    this.#now = now
    const at = now()
    this.#rates = [new MovingRate(1, at), new MovingRate(5, at), new MovingRate(15, at)]
    this.#durations = new DecayingSample(at, random)
  }

  begin(atMs: number = this.#now()): void {
    this.#count++
    this.#open++
    const [minute, five, fifteen] = this.#rates
    minute.add(atMs)
    five.add(atMs)
    fifteen.add(atMs)
  }

  end(durationMs: number, atMs: number = this.#now()): void {
    this.#open--
    this.#durations.add(durationMs, atMs)
  }

  read(): MeterReading {
    const at = this.#now()
    const [rate1, rate5, rate15] = this.#rates.map((rate) => rate.perSecond(at)) as [number, number, number]
    const [p50Ms, p90Ms, p95Ms, p99Ms] = this.#durations.percentiles([0.5, 0.9, 0.95, 0.99]) as Four
    return { count: this.#count, open: this.#open, rate1, rate5, rate15, p50Ms, p90Ms, p95Ms, p99Ms }
  }
}

type Four = [number, number, number, number]

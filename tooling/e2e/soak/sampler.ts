import { onTestFinished } from 'vitest'
import type { Point, Quantity } from './flatness.ts'

/** A quantity and where to read it. */
export interface Gauge extends Quantity {
  read(): number
}

export interface Row {
  readonly atSeconds: number
  /** One for each gauge: the least since the row before. What leaks lifts the floor; peaks are work. */
  readonly values: readonly number[]
}

const READINGS_PER_ROW = 20

/** Reads gauges until the test is over. */
export class Sampler {
  readonly rows: Row[] = []
  readonly #gauges: readonly Gauge[]
  readonly #rowSeconds: number
  readonly #startedAt = performance.now()
  readonly #onRow: (row: Row) => void
  readonly #timer: NodeJS.Timeout
  #readings: number[][] = []

  constructor(gauges: readonly Gauge[], rowSeconds: number, onRow: (row: Row) => void) {
    this.#gauges = gauges
    this.#rowSeconds = rowSeconds
    this.#onRow = onRow
    this.#timer = setInterval(() => this.#read(), (rowSeconds / READINGS_PER_ROW) * 1000)
    onTestFinished(() => this.stop())
  }

  /** Since the beginning. */
  get seconds(): number {
    return (performance.now() - this.#startedAt) / 1000
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** The values of a gauge from a moment on. */
  pointsOf(gauge: Gauge, fromSeconds: number): Point[] {
    const index = this.#gauges.indexOf(gauge)
    return this.rows
      .filter(({ atSeconds }) => atSeconds >= fromSeconds)
      .map(({ atSeconds, values }) => [atSeconds, values[index] as number])
  }

  #read(): void {
    this.#readings.push(this.#gauges.map((gauge) => gauge.read()))
    if (this.seconds < (this.rows.length + 1) * this.#rowSeconds) return
    const values = this.#gauges.map((_, index) =>
      Math.min(...this.#readings.map((reading) => reading[index] as number)),
    )
    const row = { atSeconds: this.seconds, values }
    this.#readings = []
    this.rows.push(row)
    this.#onRow(row)
  }
}

/** How many values were at most each bound: a histogram of plain numbers, which Prometheus reads when it asks. */
export class BucketCounts {
  /** Ascending. */
  readonly bounds: readonly number[]
  /** Of each bound, those between it and the one before; the last is of what is beyond all. */
  readonly counts: number[]
  sum = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = new Array<number>(bounds.length + 1).fill(0)
  }

  add(value: number): void {
    const { bounds } = this
    let at = 0
    while (at < bounds.length && value > (bounds[at] as number)) at++
    this.counts[at] = (this.counts[at] as number) + 1
    this.sum += value
  }
}

/** Seconds: what a proxy adds, what a service takes, what a visitor gives up on. */
export const DURATION_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const

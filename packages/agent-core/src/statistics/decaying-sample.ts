/** How many values a sample keeps: enough for a 99th percentile that is right to about one percent. */
const MAX_VALUES = 1028

/** How much more recent values count: one that is `1 / DECAY_PER_SECOND` seconds younger weighs e times as much. About five minutes count. */
const DECAY_PER_SECOND = 0.015

/** Weights grow from here on; begun anew before they leave the range of a number. */
const RESTART_AFTER_MS = 3_600_000

/**
 * A sample of durations from which percentiles are told, recent ones first: forward-decaying priority sampling. Bounded to 1,028 values.
 *
 * @see Cormode, Shkapenyuk, Srivastava, Xu: Forward Decay, ICDE 2009
 */
export class DecayingSample {
  /** A heap of equal indices in both: the least priority is at 0 and goes first. */
  readonly #priorities: number[] = []
  readonly #values: number[] = []
  readonly #random: () => number
  #startedAt: number

  constructor(nowMs: number, random: () => number = Math.random) {
    this.#startedAt = nowMs
    this.#random = random
  }

  add(value: number, nowMs: number): void {
    if (nowMs - this.#startedAt > RESTART_AFTER_MS) this.#restart(nowMs)
    const weight = Math.exp((DECAY_PER_SECOND * (nowMs - this.#startedAt)) / 1000)
    // In (0, 1]: never a division by zero.
    const priority = weight / (1 - this.#random())
    if (this.#values.length < MAX_VALUES) {
      this.#siftUp(this.#values.length, priority, value)
    } else if (priority > (this.#priorities[0] as number)) {
      this.#siftDown(priority, value)
    }
  }

  /** Of each fraction (`0.5`: the median), between neighbours by proportion; 0 without values. */
  percentiles(fractions: readonly number[]): number[] {
    const sorted = Float64Array.from(this.#values).sort()
    return fractions.map((fraction) => percentile(sorted, fraction))
  }

  #restart(nowMs: number): void {
    const factor = Math.exp((-DECAY_PER_SECOND * (nowMs - this.#startedAt)) / 1000)
    for (let index = 0; index < this.#priorities.length; index++) {
      this.#priorities[index] = (this.#priorities[index] as number) * factor
    }
    this.#startedAt = nowMs
  }

  #siftUp(from: number, priority: number, value: number): void {
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if ((this.#priorities[parent] as number) <= priority) break
      this.#copy(parent, at)
      at = parent
    }
    this.#set(at, priority, value)
  }

  /** In place of the least one. */
  #siftDown(priority: number, value: number): void {
    const size = this.#priorities.length
    let at = 0
    for (let child = 1; child < size; child = 2 * at + 1) {
      const right = child + 1
      if (right < size && (this.#priorities[right] as number) < (this.#priorities[child] as number)) child = right
      if ((this.#priorities[child] as number) >= priority) break
      this.#copy(child, at)
      at = child
    }
    this.#set(at, priority, value)
  }

  #copy(from: number, to: number): void {
    this.#set(to, this.#priorities[from] as number, this.#values[from] as number)
  }

  #set(at: number, priority: number, value: number): void {
    this.#priorities[at] = priority
    this.#values[at] = value
  }
}

function percentile(sorted: Float64Array, fraction: number): number {
  const position = fraction * (sorted.length + 1)
  const below = Math.floor(position)
  if (below < 1) return sorted[0] ?? 0
  if (below >= sorted.length) return sorted[sorted.length - 1] as number
  const low = sorted[below - 1] as number
  return low + (position - below) * ((sorted[below] as number) - low)
}

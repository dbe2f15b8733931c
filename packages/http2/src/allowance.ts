/** How often something may happen: `size` times at once, and so often again as time gives back. */
export class Allowance {
  readonly #size: number
  readonly #perSecond: number
  readonly #now: () => number
  #left: number
  #countedAtMs: number

  constructor(size: number, perSecond: number, now: () => number) {
    this.#size = size
    this.#perSecond = perSecond
    this.#now = now
    this.#left = size
    this.#countedAtMs = now()
  }

  /** `false`: it has happened too often. */
  take(): boolean {
    // The clock is only looked at once it matters.
    if (this.#left < 1) this.#refill()
    if (this.#left < 1) return false
    this.#left--
    return true
  }

  earn(count: number): void {
    this.#left = Math.min(this.#size, this.#left + count)
  }

  #refill(): void {
    const nowMs = this.#now()
    this.earn(((nowMs - this.#countedAtMs) / 1000) * this.#perSecond)
    this.#countedAtMs = nowMs
  }
}

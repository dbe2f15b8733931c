/** How often something may happen: `size` times at once, and so often again as time gives back. */
export class Allowance {
  readonly #size: number
  readonly #perSecond: number
  #left: number
  #countedAtMs = performance.now()

  constructor(size: number, perSecond: number) {
    this.#size = size
    this.#perSecond = perSecond
    this.#left = size
  }

  /** `false`: it has happened too often. */
  take(): boolean {
    // The clock is only looked at once it matters.
    if (this.#left < 1) this.#refill()
    this.#left--
    return this.#left >= 0
  }

  earn(count: number): void {
    this.#left = Math.min(this.#size, this.#left + count)
  }

  #refill(): void {
    const nowMs = performance.now()
    this.earn(((nowMs - this.#countedAtMs) / 1000) * this.#perSecond)
    this.#countedAtMs = nowMs
  }
}

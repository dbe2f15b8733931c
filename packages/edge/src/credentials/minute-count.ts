const MINUTE_MS = 60_000

/** How much of something there was since the minute began. A minute begins with the first of it. */
export class MinuteCount {
  #count = 0
  #until = Number.NEGATIVE_INFINITY

  add(amount: number, now: number): void {
    if (now >= this.#until) {
      this.#count = 0
      this.#until = now + MINUTE_MS
    }
    this.#count += amount
  }

  at(now: number): number {
    return now < this.#until ? this.#count : 0
  }
}

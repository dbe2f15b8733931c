/** `000Z` to `999Z` */
const FRACTIONS = Array.from({ length: 1000 }, (_, ms) => `${String(ms).padStart(3, '0')}Z`)

/** Times of records, which are on the clock of `performance.now()`, as RFC 3339. Most are of the same few seconds, which are formatted once. */
export class Timestamps {
  #offsetMs = 0
  #second = Number.NaN
  #prefix = ''

  /** Reads both clocks. The other one is set now and then, so an offset is good for a moment only. */
  synchronize(): void {
    this.#offsetMs = Date.now() - performance.now()
  }

  /** `2026-01-02T03:04:05.678Z` */
  at(recordMs: number): string {
    const epochMs = Math.round(recordMs + this.#offsetMs)
    const second = Math.floor(epochMs / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#prefix = new Date(second * 1000).toISOString().slice(0, 20)
    }
    return this.#prefix + (FRACTIONS[epochMs - second * 1000] as string)
  }
}

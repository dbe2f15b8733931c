/** After so many in a row that were new, nothing is kept for a while. */
const MAX_MISSES = 8
const SKIPPED = 64

/**
 * Whether it is worth while to keep what has come, in case it comes again. Where everything is always new it is not: what is kept outlives its exchange,
 * and the garbage collector has to move it.
 */
export class Keeping {
  #misses = 0
  #skip = 0

  /** Something has come again. */
  hit(): void {
    this.#misses = 0
  }

  /** Something is new; whether to keep it. */
  miss(): boolean {
    if (this.#skip > 0) {
      this.#skip--
      return false
    }
    if (++this.#misses <= MAX_MISSES) return true
    this.#misses = 0
    this.#skip = SKIPPED
    return false
  }
}

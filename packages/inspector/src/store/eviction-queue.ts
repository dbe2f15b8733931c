import type { Capture } from './capture.ts'

/** When so many places at the front are empty, and more than half of all, they are let go of. */
const COMPACT_AT = 1024

/**
 * Captures in the order in which they make room. Not a `Map`, whose first entry takes the longer to find the more were
 * deleted in front of it.
 */
export class EvictionQueue {
  #queue: (Capture | undefined)[] = []
  #head = 0
  /** Were pinned for a time, and are older than those in the queue. */
  readonly #returned: Capture[] = []

  push(capture: Capture): void {
    this.#queue.push(capture)
  }

  /** It is not pinned any more. */
  putBack(capture: Capture): void {
    this.#returned.push(capture)
    this.#returned.sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** Takes out the oldest that is neither gone nor pinned. */
  shift(): Capture | undefined {
    for (let capture = this.#returned.shift(); capture; capture = this.#returned.shift()) {
      if (!capture.isGone && !capture.pinned) return capture
    }
    while (this.#head < this.#queue.length) {
      const capture = this.#queue[this.#head]
      this.#queue[this.#head++] = undefined
      if (this.#head > COMPACT_AT && this.#head * 2 > this.#queue.length) this.#compact()
      if (capture && !capture.isGone && !capture.pinned) return capture
    }
    return undefined
  }

  #compact(): void {
    this.#queue = this.#queue.slice(this.#head)
    this.#head = 0
  }
}

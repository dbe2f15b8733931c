/** What one stream may send before the next one has its turn. */
export const TURN_BYTES = 32 * 1024

export interface Waiting {
  /** What it has to send. */
  readonly queuedBytes: number
  // The queue's own.
  next: Waiting | undefined
  isQueued: boolean
  /** The round in which it sent last, and how much it has sent in it. */
  round: number
  roundBytes: number
}

/**
 * Streams that have something to send. One that is content with what is left of its turn in this round goes before those that are not, so that a
 * small answer does not wait for a turn of each download (as the new queues of RFC 8290 §4.2 do not). A round is over when all of the others have
 * had their turn.
 */
export class TurnQueue<T extends Waiting> {
  readonly #few = new List<T>()
  readonly #many = new List<T>()
  #round = 0
  /** Of {@link #many}: how many are left of this round. */
  #left = 0

  get isEmpty(): boolean {
    return this.#few.length === 0 && this.#many.length === 0
  }

  add(waiting: T): void {
    waiting.isQueued = true
    if (this.#isContent(waiting)) this.#few.add(waiting)
    else this.#many.add(waiting)
  }

  /** Whether `waiting` goes before all who wait, with so many bytes more than it has queued. */
  isNext({ round, roundBytes }: Waiting, bytes: number): boolean {
    return this.#many.length === 0 || (round === this.#round ? roundBytes : 0) + bytes <= TURN_BYTES
  }

  /** Who is next. `fewHadMuch`: those that go first have had their part, if others wait. */
  take(fewHadMuch: boolean): T | undefined {
    while (!fewHadMuch || this.#many.length === 0) {
      const waiting = this.#few.take()
      if (!waiting) break
      if (this.#isContent(waiting)) return waiting
      // More was written while it waited.
      waiting.isQueued = true
      this.#many.add(waiting)
    }
    if (this.#left === 0) this.#left = this.#many.length
    if (this.#left > 0 && --this.#left === 0) this.#round++
    return this.#many.take()
  }

  /** Whether what is left of its turn is enough for `waiting`. */
  #isContent({ round, roundBytes, queuedBytes }: Waiting): boolean {
    return (round === this.#round ? roundBytes : 0) + queuedBytes <= TURN_BYTES
  }

  /** `waiting` has sent so much in its turn. */
  sent(waiting: T, bytes: number): void {
    // With nobody waiting for a turn there is no round to speak of.
    if (this.#many.length === 0) this.#round++
    if (waiting.round !== this.#round) waiting.roundBytes = 0
    waiting.round = this.#round
    waiting.roundBytes += bytes
  }

  clear(): void {
    this.#few.clear()
    this.#many.clear()
    this.#left = 0
  }
}

class List<T extends Waiting> {
  #first: T | undefined
  #last: T | undefined
  length = 0

  add(waiting: T): void {
    waiting.next = undefined
    if (this.#last) this.#last.next = waiting
    else this.#first = waiting
    this.#last = waiting
    this.length++
  }

  take(): T | undefined {
    const first = this.#first
    if (!first) return undefined
    this.#first = first.next as T | undefined
    if (!this.#first) this.#last = undefined
    first.next = undefined
    first.isQueued = false
    this.length--
    return first
  }

  clear(): void {
    this.#first = undefined
    this.#last = undefined
    this.length = 0
  }
}

import type { Capture } from './capture.ts'
import { sequenceOf } from './capture-id.ts'

const LEAST_PLACES = 64

/**
 * The captures of a store by their place in its order. A ring, not a `Map`: one that takes its oldest entry out with every new one is built
 * anew all the time. What stays while all around it goes, pinned mostly, is put aside.
 */
export class CaptureRing {
  readonly #maxPlaces: number
  #places: (Capture | undefined)[] = new Array(LEAST_PLACES).fill(undefined)
  /** Places before it are aside, or gone. */
  #first = 1
  #next = 1
  /** In their order. */
  readonly #aside = new Map<number, Capture>()
  #asidePinned = 0
  #size = 0

  constructor(maxCaptures: number) {
    // A new one is put in before the oldest goes.
    this.#maxPlaces = maxCaptures + 1
  }

  get size(): number {
    return this.#size
  }

  /** The number of the next one. */
  get next(): number {
    return this.#next
  }

  push(capture: Capture): void {
    if (this.#next - this.#first === this.#places.length) this.#makePlace()
    this.#places[this.#next & (this.#places.length - 1)] = capture
    this.#next++
    this.#size++
  }

  get(id: string): Capture | undefined {
    const sequence = sequenceOf(id, this.#next)
    const found = sequence < this.#first ? this.#aside.get(sequence) : this.#at(sequence)
    return found?.id === id ? found : undefined
  }

  newestFirst(): Capture[] {
    const all: Capture[] = []
    for (let sequence = this.#next - 1; sequence >= this.#first; sequence--) {
      const capture = this.#at(sequence)
      if (capture) all.push(capture)
    }
    return all.concat([...this.#aside.values()].reverse())
  }

  /** To be told before `capture.pinned` changes. */
  pinning(capture: Capture, pinned: boolean): void {
    if (this.#aside.has(capture.sequence)) this.#asidePinned += pinned ? 1 : -1
  }

  remove(capture: Capture): void {
    const { sequence } = capture
    if (sequence >= this.#first) this.#places[sequence & (this.#places.length - 1)] = undefined
    else if (this.#aside.delete(sequence) && capture.pinned) this.#asidePinned--
    this.#size--
  }

  /** The oldest; pinned ones come after all others. */
  oldest(): Capture | undefined {
    if (this.#aside.size > this.#asidePinned) {
      for (const capture of this.#aside.values()) if (!capture.pinned) return capture
    }
    for (; this.#first < this.#next; this.#first++) {
      const capture = this.#at(this.#first)
      if (capture && !capture.pinned) return capture
      if (capture) this.#putAside(capture)
    }
    return this.#aside.values().next().value
  }

  #at(sequence: number): Capture | undefined {
    return this.#places[sequence & (this.#places.length - 1)]
  }

  #putAside(capture: Capture): void {
    this.#places[capture.sequence & (this.#places.length - 1)] = undefined
    this.#aside.set(capture.sequence, capture)
    if (capture.pinned) this.#asidePinned++
  }

  /** Twice as many, or where there are enough for all, that of the oldest: then places in between are empty. */
  #makePlace(): void {
    const { length } = this.#places
    if (length >= this.#maxPlaces) {
      const capture = this.#at(this.#first)
      if (capture) this.#putAside(capture)
      this.#first++
      return
    }
    const larger: (Capture | undefined)[] = new Array(length * 2).fill(undefined)
    for (let sequence = this.#first; sequence < this.#next; sequence++) {
      larger[sequence & (larger.length - 1)] = this.#at(sequence)
    }
    this.#places = larger
  }
}

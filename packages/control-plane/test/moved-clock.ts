import type { Clock } from '../src/clock.ts'

/** Real time at first; from then on it stands still until a test moves it. */
export class MovedClock implements Clock {
  #now = Date.now()
  readonly #timers = new Map<number, { at: number; run: () => void }>()
  #nextId = 1

  readonly now = (): number => this.#now

  readonly setTimeout = (run: () => void, delayMs: number): number => {
    this.#timers.set(this.#nextId, { at: this.#now + delayMs, run })
    return this.#nextId++
  }

  readonly clearTimeout = (timer: unknown): void => {
    this.#timers.delete(timer as number)
  }

  get pending(): number {
    return this.#timers.size
  }

  /** Moves time on at once; a timer that came due runs once, late, as after a machine slept. */
  advance(byMs: number): void {
    this.#now += byMs
    for (const [id, { at, run }] of [...this.#timers]) {
      if (at > this.#now || !this.#timers.delete(id)) continue
      run()
    }
  }
}

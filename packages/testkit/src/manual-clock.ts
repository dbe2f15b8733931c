/** A clock that stands still until a test moves it. Give it where production code takes `{ now, setTimeout, clearTimeout }`. */
export class ManualClock {
  #now: number
  #nextId = 1
  readonly #timers = new Map<number, { at: number; run: () => void }>()

  constructor(startMs = 0) {
    this.#now = startMs
  }

  readonly now = (): number => this.#now

  readonly setTimeout = (run: () => void, delayMs: number): number => {
    const id = this.#nextId++
    this.#timers.set(id, { at: this.#now + delayMs, run })
    return id
  }

  readonly clearTimeout = (id: unknown): void => {
    this.#timers.delete(id as number)
  }

  /** Timers that have not fired: a test asserts 0 after a close. */
  get pending(): number {
    return this.#timers.size
  }

  /** Moves time on, firing each timer at its moment, in order. */
  advance(byMs: number): void {
    const until = this.#now + byMs
    for (;;) {
      let next: [number, { at: number; run: () => void }] | undefined
      for (const entry of this.#timers) if (entry[1].at <= until && (!next || entry[1].at < next[1].at)) next = entry
      if (!next) break
      this.#timers.delete(next[0])
      this.#now = next[1].at
      next[1].run()
    }
    this.#now = until
  }
  /** Moves time on as over a sleep of the machine: nothing fires meanwhile, what came due fires late, at the end of it. */
  sleep(forMs: number): void {
    this.#now += forMs
    const due = [...this.#timers]
      .filter(([, { at }]) => at <= this.#now)
      .sort(([, one], [, other]) => one.at - other.at)
    for (const [id, { run }] of due) if (this.#timers.delete(id)) run()
  }
}

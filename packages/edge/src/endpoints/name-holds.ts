/**
 * Addresses whose session was lost, kept for its credential during the resume window (reference §5.4), so that a
 * reconnecting agent finds its name free and nobody else slips in. Bounded: at `maxHolds` the oldest hold is given up.
 */
export class NameHolds {
  readonly #holds = new Map<string, { credentialId: string; untilMs: number }>()
  readonly #windowMs: number
  readonly #now: () => number
  readonly #maxHolds: number

  constructor(options: { windowMs: number; now?: () => number; maxHolds?: number }) {
    this.#windowMs = options.windowMs
    this.#now = options.now ?? Date.now
    this.#maxHolds = options.maxHolds ?? 10_000
  }

  hold(key: string, credentialId: string): void {
    if (this.#windowMs <= 0) return
    this.#holds.delete(key)
    this.#holds.set(key, { credentialId, untilMs: this.#now() + this.#windowMs })
    this.#sweep()
  }

  release(key: string): void {
    this.#holds.delete(key)
  }

  /** Whether somebody else than `credentialId` holds the address now. */
  isHeldFrom(key: string, credentialId: string): boolean {
    const hold = this.#holds.get(key)
    return hold !== undefined && hold.untilMs > this.#now() && hold.credentialId !== credentialId
  }

  /** Those that still count. */
  *entries(): Iterable<{ key: string; credentialId: string }> {
    const now = this.#now()
    for (const [key, { credentialId, untilMs }] of this.#holds) if (untilMs > now) yield { key, credentialId }
  }

  get size(): number {
    return this.#holds.size
  }

  /** Insertion order is expiry order, so the expired are in front. */
  #sweep(): void {
    const now = this.#now()
    for (const [key, hold] of this.#holds) {
      if (hold.untilMs > now && this.#holds.size <= this.#maxHolds) return
      this.#holds.delete(key)
    }
  }
}

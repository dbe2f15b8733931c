import { randomFillSync } from 'node:crypto'

/** Ids from one draw: drawing for each costs more than the id. */
const POOL_BYTES = 8_192

/** Random ids of traces and spans, as lowercase hex. */
export class IdSource {
  readonly #pool = Buffer.alloc(POOL_BYTES)
  #at = POOL_BYTES

  traceId(): string {
    return this.#draw(16)
  }

  spanId(): string {
    return this.#draw(8)
  }

  /** All zeros, which no id may be, comes once in 2^64 draws. */
  #draw(bytes: number): string {
    for (;;) {
      if (this.#at + bytes > POOL_BYTES) {
        randomFillSync(this.#pool)
        this.#at = 0
      }
      const id = this.#pool.toString('hex', this.#at, this.#at + bytes)
      this.#at += bytes
      if (!/^0+$/.test(id)) return id
    }
  }
}

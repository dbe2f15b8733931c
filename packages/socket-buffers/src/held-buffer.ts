import type { BufferPool } from './buffer-pool.ts'

/** A buffer of a pool of which several hold a part. It goes back when the last of them lets go; whoever forgets to leaves it to the collector. */
export class HeldBuffer {
  readonly bytes: Buffer
  readonly #pool: BufferPool
  #holders = 1

  /** Whoever makes it holds it. */
  constructor(pool: BufferPool) {
    this.#pool = pool
    this.bytes = pool.take()
  }

  /** One more holder, who calls what comes back once. */
  hold(): () => void {
    this.#holders++
    return this.letGo
  }

  readonly letGo = (): void => {
    if (--this.#holders === 0) this.#pool.give(this.bytes)
  }
}

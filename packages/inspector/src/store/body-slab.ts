/** Larger ones are worth a buffer of their own: a slab holds at least so many. */
const BODIES_PER_SLAB = 16
const MAX_SLAB_BYTES = 64 * 1024
const MIN_SLAB_BYTES = 4096

/**
 * Room for small bodies, many in one buffer: bytes outside of V8's heap are neither moved nor looked at when it is collected. Captures go in the
 * order in which they came, and so do slabs; whoever keeps one body for longer takes it out.
 */
export class BodySlab {
  /** Largest body that is put here. */
  readonly maxBodyBytes: number
  readonly #slabBytes: number
  #slab: Buffer | undefined
  /** Where the body begins that {@link add} put in last, in the buffer that it returned. */
  at = 0
  #end = 0

  /** `maxBytes`: of all captures together. */
  constructor(maxBytes: number) {
    this.#slabBytes = Math.max(MIN_SLAB_BYTES, Math.min(MAX_SLAB_BYTES, Math.floor(maxBytes / 64)))
    this.maxBodyBytes = Math.floor(this.#slabBytes / BODIES_PER_SLAB)
  }

  /** Copies the first `length` bytes of `chunk`, at most `maxBodyBytes`. */
  add(chunk: Buffer, length: number): Buffer {
    if (!this.#slab || this.#slab.length - this.#end < length) {
      this.#slab = Buffer.allocUnsafeSlow(this.#slabBytes)
      this.#end = 0
    }
    this.at = this.#end
    this.#end += chunk.copy(this.#slab, this.at, 0, length)
    return this.#slab
  }
}

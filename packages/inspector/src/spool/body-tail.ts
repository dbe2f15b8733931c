/** Where on disk a piece of a body is, once it is there. */
export interface Extent {
  /** Its number; 0: not written. */
  file: number
  offset: number
  /** Of the record. */
  bytes: number
}

/** What is collected before it is written. */
const BLOCK_BYTES = 1024 * 1024

/** What of a body there is no room for in memory: it goes to disk while it passes. */
export class BodyTail {
  /** That are taken. */
  bytes = 0
  readonly extents: Extent[]
  readonly #write: (block: Buffer) => Extent | undefined
  readonly #maxBytes: number
  #block: Buffer | undefined
  #filled = 0
  /** Some bytes were left out: what comes after them would be in a wrong place. */
  #isCut = false

  /** `write` says `undefined` where nothing can be written now. `extents`: of one that was written before. */
  constructor(write: (block: Buffer) => Extent | undefined, maxBytes: number, extents: Extent[] = []) {
    this.#write = write
    this.#maxBytes = maxBytes
    this.extents = extents
  }

  /** Copies `chunk`, or of the last one what there is room for. */
  append(chunk: Buffer): void {
    const end = Math.min(chunk.length, this.#maxBytes - this.bytes)
    for (let from = 0; from < end && !this.#isCut; ) {
      this.#block ??= Buffer.allocUnsafeSlow(BLOCK_BYTES)
      const taken = chunk.copy(this.#block, this.#filled, from, end)
      this.#filled += taken
      this.bytes += taken
      from += taken
      if (this.#filled === BLOCK_BYTES) this.flush()
    }
  }

  /** Hands over what is collected. */
  flush(): void {
    if (!this.#block || this.#filled === 0) return
    const extent = this.#write(this.#block.subarray(0, this.#filled))
    if (extent) this.extents.push(extent)
    else {
      this.bytes -= this.#filled
      this.#isCut = true
    }
    this.#block = undefined
    this.#filled = 0
  }
}

/** Of one piece of memory. Lines that are longer get more. */
const CHUNK_BYTES = 1024 * 1024
/** Pieces kept for later: one is filled while others are written. */
const MAX_SPARES = 2

/**
 * Builds lines where they are written from: a text that is put together of many others would be copied several times. The memory is used again
 * once it was given back; new pieces of this size make the garbage collector run.
 */
export class LineBuffer {
  #chunk: Buffer = Buffer.alloc(0)
  readonly #spares: Buffer[] = []
  #length = 0

  /** Bytes put in since the last {@link take}. */
  get length(): number {
    return this.#length
  }

  /** Where they are. Another one after more was put in. */
  get memory(): Buffer {
    return this.#chunk
  }

  /** `isAscii`: it is, which takes half the time. */
  put(text: string, isAscii: boolean): void {
    this.#reserve(isAscii ? text.length : text.length * 3)
    this.#length += this.#chunk.write(text, this.#length, isAscii ? 'latin1' : 'utf8')
  }

  bytes(bytes: Buffer): void {
    this.#reserve(bytes.length)
    this.#chunk.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** What was put in since the last time. It is the taker's until it is given back. */
  take(): Buffer {
    const taken = this.#chunk.subarray(0, this.#length)
    this.#chunk = this.#spares.pop() ?? Buffer.alloc(0)
    this.#length = 0
    return taken
  }

  /** What was taken is not needed any more. */
  giveBack({ buffer }: Buffer): void {
    if (buffer.byteLength === CHUNK_BYTES && this.#spares.length < MAX_SPARES) this.#spares.push(Buffer.from(buffer))
  }

  #reserve(length: number): void {
    const needed = this.#length + length
    if (needed <= this.#chunk.length) return
    const begun = this.#chunk.subarray(0, this.#length)
    this.#chunk = Buffer.allocUnsafeSlow(needed <= CHUNK_BYTES ? CHUNK_BYTES : needed * 2)
    this.#chunk.set(begun)
  }
}

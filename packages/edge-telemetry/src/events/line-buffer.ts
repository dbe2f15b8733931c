/** Of one piece of memory. Lines that are longer get more. */
const CHUNK_BYTES = 1024 * 1024

/**
 * Builds lines where they are written from: a text that is put together of many others would be copied several times. The memory is used again
 * once it was given back; new pieces of this size make the garbage collector run.
 */
export class LineBuffer {
  #chunk: Buffer = Buffer.alloc(0)
  #spare: Buffer | undefined
  #length = 0

  /** Bytes put in since the last {@link take}. */
  get length(): number {
    return this.#length
  }

  /** Only characters below 128. */
  ascii(text: string): void {
    this.#reserve(text.length)
    this.#length += this.#chunk.write(text, this.#length, 'latin1')
  }

  text(text: string): void {
    this.#reserve(text.length * 3)
    this.#length += this.#chunk.write(text, this.#length)
  }

  bytes(bytes: Buffer): void {
    this.#reserve(bytes.length)
    this.#chunk.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** What was put in since the last time. It is the taker's until it is given back. */
  take(): Buffer {
    const taken = this.#chunk.subarray(0, this.#length)
    this.#chunk = this.#spare ?? Buffer.alloc(0)
    this.#spare = undefined
    this.#length = 0
    return taken
  }

  /** What was taken is not needed any more. */
  giveBack({ buffer }: Buffer): void {
    if (buffer.byteLength === CHUNK_BYTES) this.#spare = Buffer.from(buffer)
  }

  #reserve(length: number): void {
    const needed = this.#length + length
    if (needed <= this.#chunk.length) return
    const begun = this.#chunk.subarray(0, this.#length)
    this.#chunk = Buffer.allocUnsafeSlow(needed <= CHUNK_BYTES ? CHUNK_BYTES : needed * 2)
    this.#chunk.set(begun)
  }
}

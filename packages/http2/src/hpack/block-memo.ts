/** Longer blocks are read anew each time: few repeat, and an idle connection keeps what it remembers. */
const MAX_BYTES = 2048
/** Up to so many bytes a loop compares faster than a call of `compare`. */
const SHORT_BYTES = 32

/**
 * Recognises the block that a connection carried last, byte for byte: a client that keeps a connection busy repeats itself, and once both tables know its
 * fields its blocks are equal. Bytes mean the same only for the same table, so its version is part of what is compared.
 */
export class BlockMemo {
  #bytes: Buffer | undefined
  #length = 0
  #version = 0
  #fields: readonly string[] = []

  /** What was remembered for these bytes and this version of the table. */
  fieldsOf(block: Buffer, start: number, end: number, version: number): readonly string[] | undefined {
    const length = end - start
    if (length !== this.#length || length === 0 || version !== this.#version) return undefined
    const bytes = this.#bytes!
    if (length > SHORT_BYTES) return block.compare(bytes, 0, length, start, end) === 0 ? this.#fields : undefined
    for (let at = 0; at < length; at++) if (block[start + at] !== bytes[at]) return undefined
    return this.#fields
  }

  /** The bytes are copied. */
  remember(block: Buffer, start: number, end: number, version: number, fields: readonly string[]): void {
    const length = end - start
    if (length > MAX_BYTES) return
    if (this.#bytes === undefined || this.#bytes.length < length) this.#bytes = Buffer.allocUnsafeSlow(length)
    block.copy(this.#bytes, 0, start, end)
    this.#length = length
    this.#version = version
    this.#fields = fields
  }

  forget(): void {
    this.#length = 0
    this.#fields = []
  }
}

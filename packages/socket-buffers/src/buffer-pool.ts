/** Those that nobody needed for so long are let go. */
const TRIM_MS = 2000

export interface BufferPoolOptions {
  /** The size of each buffer. */
  bufferBytes: number
  /** How many unused buffers are kept, at most. */
  maxFree: number
}

/**
 * Buffers of one size that are used again. Node would make a new one for every read, and at some hundred megabytes a second collecting them
 * costs as much as encrypting what they held. What nobody has needed for two seconds is let go.
 */
export class BufferPool {
  readonly bufferBytes: number
  readonly #maxFree: number
  readonly #free: Buffer[] = []
  /** The fewest that were free since the last trim. */
  #neverUsed = 0
  #trimmer: NodeJS.Timeout | undefined

  constructor({ bufferBytes, maxFree }: BufferPoolOptions) {
    this.bufferBytes = bufferBytes
    this.#maxFree = maxFree
  }

  /** A buffer of `bufferBytes`, with whatever it holds; where `bytes` is more than that, one of `bytes` that will not be used again. */
  take(bytes = this.bufferBytes): Buffer {
    if (bytes > this.bufferBytes) return Buffer.allocUnsafeSlow(bytes)
    const buffer = this.#free.pop()
    if (this.#free.length < this.#neverUsed) this.#neverUsed = this.#free.length
    return buffer ?? Buffer.allocUnsafeSlow(this.bufferBytes)
  }

  /**
   * Gives back a buffer that nobody refers to any more, once. One that never comes back is collected as any other; so is one of another size, and one
   * beyond `maxFree`.
   */
  give(buffer: Buffer): void {
    if (buffer.length !== this.bufferBytes || this.#free.length >= this.#maxFree) return
    this.#free.push(buffer)
    this.#trimmer ??= setInterval(this.#trim, TRIM_MS).unref()
  }

  readonly #trim = (): void => {
    this.#free.length -= this.#neverUsed
    this.#neverUsed = this.#free.length
    if (this.#free.length > 0) return
    clearInterval(this.#trimmer)
    this.#trimmer = undefined
  }
}

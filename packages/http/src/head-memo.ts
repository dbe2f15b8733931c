/** Longer heads are read anew each time: few repeat, and an idle connection keeps what it remembers. */
const MAX_BYTES = 2048
/** After so many heads in a row that were new, a connection's heads are not looked up for a while. */
const MAX_MISSES = 8
const HEADS_SKIPPED = 64
/** Fewer bytes are compared sooner than Node's `compare` is called. */
const FEW_BYTES = 128

/**
 * Recognises the head that a connection carried last, byte for byte: whoever keeps a connection busy repeats itself. One
 * comparison then stands for reading it, and what was made of the head before can be used again. Heads are immutable, so a
 * repeated one is the same object.
 */
export class HeadMemo<Head> {
  #head: Head | undefined
  #bytes: Buffer | undefined
  #length = 0
  #misses = 0
  #skip = 0
  /** Most connections carry one message only. */
  #isFirst = true

  /** The head of the last {@link lengthAt} that was not 0. */
  get head(): Head {
    return this.#head as Head
  }

  /** Its bytes. */
  get bytes(): Buffer {
    return (this.#bytes as Buffer).subarray(0, this.#length)
  }

  /** The length of the remembered head if `chunk` has it at `at`, all of it; else 0. */
  lengthAt(chunk: Buffer, at: number): number {
    const length = this.#length
    if (length === 0 || chunk.length - at < length) return 0
    if (!isSame(this.#bytes as Buffer, length, chunk, at)) return 0
    this.#misses = 0
    return length
  }

  /** `bytes` were read as `head`. They are copied. */
  remember(bytes: Buffer, head: Head): void {
    if (this.#isFirst) {
      this.#isFirst = false
      return
    }
    if (this.#skip > 0) {
      this.#skip--
      return
    }
    if (++this.#misses > MAX_MISSES || bytes.length > MAX_BYTES) return this.#forget()
    if (!this.#bytes || this.#bytes.length < bytes.length) this.#bytes = Buffer.allocUnsafeSlow(bytes.length)
    bytes.copy(this.#bytes)
    this.#length = bytes.length
    this.#head = head
  }

  #forget(): void {
    this.#head = undefined
    this.#bytes = undefined
    this.#length = 0
    this.#misses = 0
    this.#skip = HEADS_SKIPPED
  }
}

function isSame(bytes: Buffer, length: number, chunk: Buffer, at: number): boolean {
  if (length > FEW_BYTES) return chunk.compare(bytes, 0, length, at, at + length) === 0
  for (let index = 0; index < length; index++) if (bytes[index] !== chunk[at + index]) return false
  return true
}

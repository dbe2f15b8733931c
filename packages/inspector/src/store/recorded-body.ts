/** Up to here a body that comes in one piece is a string of the heap: no buffer to track, nothing that it pins. */
const TEXT_BYTES = 4096
/** Segments of a body that comes in many pieces double up to this size. */
const MAX_SEGMENT_BYTES = 64 * 1024
const MIN_SEGMENT_BYTES = 1024
const SEGMENT_OVERHEAD_BYTES = 128

/** The first bytes of a body, copied: the proxy uses its buffers again. */
export class RecordedBody {
  /** That passed. */
  bytes = 0
  /** That are here. */
  storedBytes = 0
  #small: string | undefined
  #segments: Buffer[] | undefined
  /** Free bytes at the end of the last segment. */
  #free = 0

  /** Takes at most `room` bytes of `chunk`, and returns what memory that took. */
  append(chunk: Buffer, room: number): number {
    this.bytes += chunk.length
    const taken = Math.min(chunk.length, room)
    if (taken <= 0) return 0
    this.storedBytes += taken
    if (!this.#segments && this.#small === undefined && taken <= TEXT_BYTES) {
      this.#small = chunk.toString('latin1', 0, taken)
      return taken + SEGMENT_OVERHEAD_BYTES
    }
    return this.#copy(chunk, taken)
  }

  /** Counts bytes that are not to be stored. */
  skip(bytes: number): void {
    this.bytes += bytes
  }

  get truncated(): boolean {
    return this.storedBytes < this.bytes
  }

  /** The stored bytes from `from` to before `to`; a copy. */
  read(from = 0, to: number = this.storedBytes): Buffer {
    const end = Math.min(to, this.storedBytes)
    const result = Buffer.allocUnsafe(Math.max(0, end - from))
    let offset = 0
    for (const part of this.#parts()) {
      const start = Math.max(from, offset)
      const stop = Math.min(end, offset + part.length)
      if (start < stop) part.copy(result, start - from, start - offset, stop - offset)
      offset += part.length
    }
    return result
  }

  /** Takes `bytes` in place of what is here. */
  replace(bytes: Buffer): void {
    this.#small = undefined
    this.#segments = [bytes]
    this.#free = 0
    this.storedBytes = bytes.length
  }

  /** Lets go of the bytes; the count stays. */
  drop(): void {
    this.#small = undefined
    this.#segments = undefined
    this.#free = 0
    this.storedBytes = 0
  }

  *#parts(): Generator<Buffer> {
    if (this.#small !== undefined) yield Buffer.from(this.#small, 'latin1')
    const segments = this.#segments ?? []
    for (const [index, segment] of segments.entries()) {
      yield index === segments.length - 1 ? segment.subarray(0, segment.length - this.#free) : segment
    }
  }

  #copy(chunk: Buffer, taken: number): number {
    this.#segments ??= []
    const last = this.#segments.at(-1)
    const fitting = last ? Math.min(this.#free, taken) : 0
    if (last && fitting > 0) {
      chunk.copy(last, last.length - this.#free, 0, fitting)
      this.#free -= fitting
    }
    const left = taken - fitting
    if (left === 0) return 0
    const isFirst = this.#segments.length === 0 && this.#small === undefined
    const grown = Math.min(MAX_SEGMENT_BYTES, Math.max(MIN_SEGMENT_BYTES, this.storedBytes))
    const size = isFirst ? left : Math.max(left, grown)
    const segment = Buffer.allocUnsafeSlow(size)
    chunk.copy(segment, 0, fitting, taken)
    this.#free = size - left
    this.#segments.push(segment)
    return size + SEGMENT_OVERHEAD_BYTES
  }
}

import { DEFAULT_FRAME_BYTES, Flag, FRAME_HEADER_BYTES, FrameType } from './frame.ts'

/** Payload up to this size is copied next to its header: cheaper than two more parts of a write. */
const COPY_BYTES = 2048
/** Larger payload is copied too while a flush has not copied more than this: a small answer leaves as one buffer. */
const COPY_BYTES_PER_FLUSH = 16 * 1024
const SLAB_BYTES = 64 * 1024

/** The encoder of this package remembers nothing, and says so once (RFC 7541 §4.2, §6.3). */
const TABLE_SIZE_0 = Buffer.of(0x20)

/** Frames that leave in one write. One is enough for all connections, so that an idle one owns no buffer. */
export class Batch {
  #parts: Buffer[] = []
  /**
   * Headers and small payload, one after the other. Bytes that were handed to an output are never written again; a full slab is left to the
   * collector.
   */
  #slab = Buffer.alloc(0)
  /** What was not handed out yet: `#slab[#start..#used)`. */
  #start = 0
  #used = 0
  #copied = 0
  bytes = 0

  /** A whole frame without payload, or the header of one whose payload comes next. */
  frame(type: number, flags: number, streamId: number, length: number): void {
    const at = this.#reserve(FRAME_HEADER_BYTES)
    const slab = this.#slab
    slab[at] = length >>> 16
    slab[at + 1] = length >>> 8
    slab[at + 2] = length
    slab[at + 3] = type
    slab[at + 4] = flags
    slab[at + 5] = streamId >>> 24
    slab[at + 6] = streamId >>> 16
    slab[at + 7] = streamId >>> 8
    slab[at + 8] = streamId
  }

  u32(value: number): void {
    const at = this.#reserve(4)
    const slab = this.#slab
    slab[at] = value >>> 24
    slab[at + 1] = value >>> 16
    slab[at + 2] = value >>> 8
    slab[at + 3] = value
  }

  /** `chunk[start..end)`. Large payload is kept by reference. */
  payload(chunk: Buffer, start: number, end: number): void {
    const length = end - start
    if (length <= COPY_BYTES || this.#copied + length <= COPY_BYTES_PER_FLUSH) {
      this.#copied += length
      const at = this.#reserve(length)
      chunk.copy(this.#slab, at, start, end)
      return
    }
    this.#seal()
    this.#parts.push(length === chunk.length ? chunk : chunk.subarray(start, end))
    this.bytes += length
  }

  /** HEADERS, and CONTINUATION as far as one frame does not hold the block (RFC 9113 §4.3). */
  block(block: Buffer, flags: number, streamId: number, isFirst: boolean): void {
    const extra = isFirst ? TABLE_SIZE_0.length : 0
    let end = Math.min(block.length, DEFAULT_FRAME_BYTES - extra)
    this.frame(FrameType.HEADERS, flags | endHeaders(end === block.length), streamId, end + extra)
    if (isFirst) this.payload(TABLE_SIZE_0, 0, extra)
    this.payload(block, 0, end)
    while (end < block.length) {
      const start = end
      end = Math.min(block.length, start + DEFAULT_FRAME_BYTES)
      this.frame(FrameType.CONTINUATION, endHeaders(end === block.length), streamId, end - start)
      this.payload(block, start, end)
    }
  }

  /** What was gathered, in order; the batch is empty afterwards. */
  take(): Buffer[] {
    this.#seal()
    const parts = this.#parts
    this.#parts = []
    this.bytes = 0
    this.#copied = 0
    return parts
  }

  #reserve(bytes: number): number {
    if (this.#used + bytes > this.#slab.length) {
      this.#seal()
      this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
      this.#start = 0
      this.#used = 0
    }
    const at = this.#used
    this.#used += bytes
    this.bytes += bytes
    return at
  }

  #seal(): void {
    if (this.#used > this.#start) this.#parts.push(this.#slab.subarray(this.#start, this.#used))
    this.#start = this.#used
  }
}

function endHeaders(isWhole: boolean): number {
  return isWhole ? Flag.END_HEADERS : 0
}

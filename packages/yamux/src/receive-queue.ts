import { keepPiece } from './link-reads.ts'
import { copyOf } from './small-copies.ts'

const BLOCK_BYTES = 16 * 1024

/**
 * Bytes that the reader has not asked for yet.
 *
 * A small piece is a view that pins the whole chunk it came in: one byte a chunk, and a window of 256 KiB could hold
 * gigabytes. So small pieces are copied together into blocks, and what is held stays within a small factor of what was counted.
 */
export class ReceiveQueue {
  #chunks: Buffer[] = []
  #head = 0
  #block: Buffer | undefined
  #blockUsed = 0
  bytes = 0

  /** `piece` is good until this returns. */
  add(piece: Buffer): void {
    this.bytes += piece.length
    if (piece.length >= 1024 && piece.length * 4 >= piece.buffer.byteLength) {
      this.#sealBlock()
      this.#chunks.push(keepPiece(piece))
      return
    }
    if (this.#block === undefined || this.#blockUsed + piece.length > this.#block.length) {
      this.#sealBlock()
      this.#block = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, piece.length))
    }
    this.#block.set(piece, this.#blockUsed)
    this.#blockUsed += piece.length
  }

  /** The oldest bytes, in one buffer, or `undefined`. */
  shift(): Buffer | undefined {
    if (this.#head === this.#chunks.length) this.#sealBlock()
    const chunk = this.#chunks[this.#head]
    if (chunk === undefined) return undefined
    this.bytes -= chunk.length
    if (++this.#head === this.#chunks.length) {
      this.#chunks = []
      this.#head = 0
      // Of a stream that is read as it comes from now on, as most are.
      if (this.#blockUsed === 0) this.#block = undefined
    }
    return chunk
  }

  clear(): void {
    this.#chunks = []
    this.#head = 0
    this.#block = undefined
    this.#blockUsed = 0
    this.bytes = 0
  }

  #sealBlock(): void {
    if (!this.#block || this.#blockUsed === 0) return
    const used = this.#block.subarray(0, this.#blockUsed)
    this.#blockUsed = 0
    if (used.length * 2 < this.#block.length) {
      this.#chunks.push(copyOf(used))
    } else {
      this.#chunks.push(used)
      this.#block = undefined
    }
  }
}

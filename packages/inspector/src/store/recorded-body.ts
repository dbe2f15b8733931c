import type { BodyTail } from '../spool/body-tail.ts'
import type { BodySlab } from './body-slab.ts'

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
  /** Holds the first piece, if that is small, among those of others. */
  #slab: Buffer | undefined
  #slabAt = 0
  #slabBytes = 0
  #segments: Buffer[] | undefined
  /** Free bytes at the end of the last segment. */
  #free = 0
  /** Where goes what there is no room for here. */
  tail: BodyTail | undefined

  /** Takes at most `room` bytes of `chunk`, and returns what memory that took. */
  append(chunk: Buffer, room: number, slab?: BodySlab): number {
    this.bytes += chunk.length
    const taken = Math.max(0, Math.min(chunk.length, room))
    if (taken < chunk.length) this.tail?.append(chunk.subarray(taken))
    if (taken === 0) return 0
    const isFirst = this.storedBytes === 0
    this.storedBytes += taken
    if (!isFirst || !slab || taken > slab.maxBodyBytes) return this.#copy(chunk, taken)
    this.#slab = slab.add(chunk, taken)
    this.#slabAt = slab.at
    this.#slabBytes = taken
    return taken
  }

  /** Counts bytes that are not to be stored. */
  skip(bytes: number): void {
    this.bytes += bytes
  }

  /** Here or on disk. */
  get keptBytes(): number {
    return this.storedBytes + (this.tail?.bytes ?? 0)
  }

  /** Something of it is nowhere. */
  get truncated(): boolean {
    return this.keptBytes < this.bytes
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
    this.drop()
    this.#segments = [bytes]
    this.storedBytes = bytes.length
  }

  /** What went on elsewhere is here now, as far as it could be found. */
  join(rest: readonly Buffer[]): void {
    const bytes = Buffer.concat([this.read(), ...rest])
    this.replace(bytes)
  }

  /** Lets go of the bytes; the count stays. */
  drop(): void {
    this.#slab = undefined
    this.#slabBytes = 0
    this.#segments = undefined
    this.#free = 0
    this.storedBytes = 0
    this.tail = undefined
  }

  /** Begins anew, with nothing. */
  reuse(): void {
    this.bytes = 0
    this.drop()
  }

  /** It stays for longer than those around it: takes its bytes out of where others have theirs. */
  takeOut(): void {
    if (!this.#slab) return
    this.#slab = ownCopy(this.#slab.subarray(this.#slabAt, this.#slabAt + this.#slabBytes))
    this.#slabAt = 0
  }

  *#parts(): Generator<Buffer> {
    if (this.#slab) yield this.#slab.subarray(this.#slabAt, this.#slabAt + this.#slabBytes)
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
    const isFirst = this.#segments.length === 0 && this.#slabBytes === 0
    const grown = Math.min(MAX_SEGMENT_BYTES, Math.max(MIN_SEGMENT_BYTES, this.storedBytes))
    const size = isFirst ? left : Math.max(left, grown)
    const segment = Buffer.allocUnsafeSlow(size)
    chunk.copy(segment, 0, fitting, taken)
    this.#free = size - left
    this.#segments.push(segment)
    return size + SEGMENT_OVERHEAD_BYTES
  }
}

/** `Buffer.from` would cut it out of a pool that is shared as well. */
function ownCopy(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(copy)
  return copy
}

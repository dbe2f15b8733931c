import type { Writable } from 'node:stream'
import { BufferPool } from './buffer-pool.ts'
import { atTurnEnd } from './turn-end.ts'
import { hasRoom } from './unsent.ts'
import { writeMemory } from './write-memory.ts'

/**
 * For all writers together. What is gathered for one comes to 128 KiB, one more read of an agent's connection, and the framing of chunks, in all
 * but odd cases; as many are kept as 50 downloads use.
 */
export const writeBuffers = new BufferPool({ bufferBytes: 200 * 1024, maxFree: 64 })

/** A small answer is written in a buffer of its own size. */
const MIN_SHARED_BYTES = 16 * 1024
/** So is a smaller batch than this behind others that wait: a slow reader would hold many that are used again, for little. */
const MIN_WAITING_BYTES = 64 * 1024
/** A list of more parts is not kept for the next turn. */
const MAX_KEPT_PARTS = 64
/** So many do not wait for the end of the turn. */
const SOON_BYTES = 128 * 1024

/**
 * Collects what one event-loop turn has to say to a visitor and writes it at once, as one buffer: cheaper than handing several to `writev`
 * (docs/performance.md), and TLS would join them anyway. After {@link settle} and {@link flush} it refers to nothing that was pushed.
 */
export class GatheredWriter {
  readonly #out: Writable
  readonly #onFull: (() => void) | undefined
  #isScheduled = false
  /** Used again: emptying a list costs a call into V8's runtime, and a new one the memory of seventeen. */
  #parts: (Buffer | string)[] = []
  #partCount = 0
  #bytes = 0
  /** What was pushed before the last {@link settle}. */
  #settled: Buffer | undefined
  #settledBytes = 0

  /** `onFull`: a flush at the end of a turn has found that `out` takes no more for now. */
  constructor(out: Writable, onFull?: () => void) {
    this.#out = out
    this.#onFull = onFull
  }

  /** Strings are latin1. Nothing leaves before {@link flush}; until then, or until {@link settle}, a part must not change. */
  push(part: Buffer | string): void {
    if (part.length === 0) return
    this.#parts[this.#partCount++] = part
    this.#bytes += part.length
  }

  /** Bytes pushed and not flushed. */
  get pendingBytes(): number {
    return this.#bytes
  }

  /** Copies what was pushed: whoever did so may use the parts again. */
  settle(): void {
    if (this.#partCount === 0) return
    const bytes = this.#bytes
    const before = this.#settled
    if (before === undefined || before.length < bytes) {
      this.#settled = writeBuffers.take(bytes)
      if (before) {
        before.copy(this.#settled, 0, 0, this.#settledBytes)
        writeBuffers.give(before)
      }
    }
    this.#copyParts(this.#settled as Buffer, this.#settledBytes)
    this.#settledBytes = bytes
  }

  /** `false`: the visitor is slower than the upstream, wait for `drain`. */
  flush(): boolean {
    const bytes = this.#bytes
    if (bytes === 0) return hasRoom(this.#out)
    const first = this.#parts[0]
    if (this.#partCount === 1 && this.#settledBytes === 0 && typeof first === 'string') {
      this.#parts[0] = ''
      this.#partCount = 0
      this.#out.write(first, 'latin1')
    } else if (!this.#isShared(bytes)) this.#out.write(this.#takeOwn(bytes))
    else {
      this.settle()
      const buffer = this.#settled as Buffer
      this.#settled = undefined
      this.#out.write(buffer.subarray(0, bytes), () => writeBuffers.give(buffer))
    }
    this.#bytes = 0
    this.#settledBytes = 0
    return hasRoom(this.#out)
  }

  /** {@link settle}, and {@link flush} with what else the turn brings; at once, where much is pending. */
  flushSoon(): boolean {
    if (this.#bytes >= SOON_BYTES) return this.flush()
    this.settle()
    if (this.#bytes > 0 && !this.#isScheduled) {
      this.#isScheduled = true
      atTurnEnd(this.#flushLate)
    }
    return true
  }

  readonly #flushLate = (): void => {
    this.#isScheduled = false
    if (this.#bytes > 0 && this.#out.writable && !this.flush()) this.#onFull?.()
  }

  /** Whether a batch of so many bytes is worth a buffer that is used again. */
  #isShared(bytes: number): boolean {
    if (bytes > writeBuffers.bufferBytes) return false
    return bytes >= (this.#out.writableLength === 0 ? MIN_SHARED_BYTES : MIN_WAITING_BYTES)
  }

  /** All that is pending, in a buffer of its size. */
  #takeOwn(bytes: number): Buffer {
    const own = writeMemory(this.#out, bytes)
    const settled = this.#settled
    this.#settled = undefined
    if (settled) {
      settled.copy(own, 0, 0, this.#settledBytes)
      writeBuffers.give(settled)
    }
    this.#copyParts(own, this.#settledBytes)
    return own
  }

  #copyParts(into: Buffer, from: number): void {
    const parts = this.#parts
    const count = this.#partCount
    let at = from
    for (let index = 0; index < count; index++) {
      const part = parts[index] as Buffer | string
      if (typeof part === 'string') at += into.write(part, at, 'latin1')
      else {
        into.set(part, at)
        at += part.length
      }
      parts[index] = ''
    }
    this.#partCount = 0
    if (count > MAX_KEPT_PARTS) this.#parts = []
  }
}

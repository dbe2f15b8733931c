import type { Batch } from './batch.ts'
import { YamuxError } from './errors.ts'
import { INITIAL_WINDOW_BYTES, MAX_U32 } from './frame.ts'

export type WriteCallback = (error?: Error | null) => void

/** A chunk that its owner wants to use again. */
interface LentChunk {
  /** `sentBytes` from which on it has left. */
  readonly until: number
  readonly onFree: () => void
}

/** A stream's outgoing bytes: what was written, how much of it the peer's window lets out, and who waits for it. */
export class SendHalf {
  #chunks: Uint8Array[] = []
  #head = 0
  #window = INITIAL_WINDOW_BYTES
  #callback: WriteCallback | undefined
  #onDrained: (() => void) | undefined
  readonly #lent: LentChunk[] = []
  queuedBytes = 0
  sentBytes = 0

  get canSend(): boolean {
    return this.queuedBytes > 0 && this.#window > 0
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.queuedBytes += chunk.length
  }

  /** Whether so many bytes may leave now, with nothing in front of them. */
  isFreeFor(bytes: number): boolean {
    return this.queuedBytes === 0 && bytes <= this.#window
  }

  /** So many bytes left without being pushed. */
  passed(bytes: number): void {
    this.#window -= bytes
    this.sentBytes += bytes
  }

  /** `onFree` runs when the connection refers no more to any of what was pushed so far. */
  whenFree(onFree: () => void): void {
    this.#lent.push({ until: this.sentBytes + this.queuedBytes, onFree })
  }

  /** `callback` runs once everything pushed so far is on its way. */
  whenSent(callback: WriteCallback): void {
    if (this.queuedBytes === 0) callback()
    else this.#callback = callback
  }

  /** `onDrained` runs once, when nothing is queued any more. */
  whenDrained(onDrained: () => void): void {
    this.#onDrained = onDrained
  }

  /** @throws YamuxError `ERR_YAMUX_PROTOCOL` when the window would not fit a u32 */
  credit(bytes: number): void {
    const window = this.#window + bytes
    if (window > MAX_U32) throw new YamuxError('ERR_YAMUX_PROTOCOL', `send window ${window} exceeds ${MAX_U32}`)
    this.#window = window
  }

  /**
   * Moves up to `limit` bytes into the frame that `batch` has open, and returns how many.
   * A write callback on the way may push more: that still joins this frame.
   */
  drainTo(batch: Batch, limit: number): number {
    const allowed = Math.min(limit, this.#window)
    let moved = 0
    while (this.queuedBytes > 0 && moved < allowed) {
      const bytes = this.#moveOne(batch, allowed - moved)
      moved += bytes
      this.sentBytes += bytes
      if (this.queuedBytes === 0) this.#notifySent()
    }
    this.#window -= moved
    for (let lent = this.#lent[0]; lent && lent.until <= this.sentBytes; lent = this.#lent[0]) {
      batch.whenFree(lent.onFree)
      this.#lent.shift()
    }
    return moved
  }

  /** Drops what was not sent. What was lent is not said to be free: the beginning of a chunk may be on its way. */
  discard(error: Error): void {
    this.#chunks = []
    this.#head = 0
    this.#lent.length = 0
    this.queuedBytes = 0
    this.#onDrained = undefined
    const callback = this.#callback
    this.#callback = undefined
    callback?.(error)
  }

  #moveOne(batch: Batch, limit: number): number {
    const chunk = this.#chunks[this.#head]!
    if (chunk.length > limit) {
      batch.payload(chunk.subarray(0, limit))
      this.#chunks[this.#head] = chunk.subarray(limit)
      this.queuedBytes -= limit
      return limit
    }
    batch.payload(chunk)
    this.queuedBytes -= chunk.length
    this.#head++
    if (this.#head === this.#chunks.length) this.#empty()
    return chunk.length
  }

  /** Most messages are one chunk. Setting the length of an array is a call into V8's runtime. */
  #empty(): void {
    if (this.#head === 1) this.#chunks.pop()
    else this.#chunks = []
    this.#head = 0
  }

  #notifySent(): void {
    const callback = this.#callback
    this.#callback = undefined
    callback?.()
    const onDrained = this.#onDrained
    this.#onDrained = undefined
    onDrained?.()
  }
}

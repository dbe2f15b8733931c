import type { Readable } from 'node:stream'
import { YamuxError } from './errors.ts'
import { INITIAL_WINDOW_BYTES } from './frame.ts'
import { keepPiece } from './link-reads.ts'
import { ReceiveQueue } from './receive-queue.ts'
import { rethrowLater } from './rethrow.ts'
import type { WindowGrowth } from './window-growth.ts'

/** Takes a stream's bytes past Node's stream machinery, which costs about as much per chunk as decoding its frame. */
export interface StreamSink {
  /**
   * It keeps no reference to a chunk, or to a part of one, once `onData` has returned: it has copied what it needs. Then the session may read its
   * connection into the same memory again, which spares a buffer for each read. Asked before each chunk, so that it may change between two.
   *
   * @default false: a chunk is the sink's to keep
   */
  readonly consumesAtOnce?: boolean
  /** Called as the bytes arrive, except while the stream is paused. A chunk counts as consumed. */
  onData(chunk: Buffer): void
  /** The peer's FIN, after the last chunk. */
  onEnd(): void
}

/** A stream's incoming bytes: what the peer may still send, what came, and what the reader has not consumed. */
export class ReceiveHalf {
  readonly #growth: WindowGrowth
  readonly #queue = new ReceiveQueue()
  #readable: Readable | undefined
  /** Whether Node asked for more than it got: then a piece goes straight to the reader. */
  #isWanted = false
  #ended = false
  #sink: StreamSink | undefined
  #isHeld = false
  #window = INITIAL_WINDOW_BYTES
  /** What the peer may still send. */
  #credit = INITIAL_WINDOW_BYTES
  #grantedAtMs = Number.NEGATIVE_INFINITY
  receivedBytes = 0

  constructor(growth: WindowGrowth) {
    this.#growth = growth
  }

  attach(readable: Readable): void {
    this.#readable = readable
  }

  /** @throws YamuxError `ERR_YAMUX_WINDOW_EXCEEDED` */
  expect(bytes: number, streamId: number): void {
    if (bytes > this.#credit) {
      throw new YamuxError(
        'ERR_YAMUX_WINDOW_EXCEEDED',
        `data frame of ${bytes} bytes exceeds the ${this.#credit} left in the window of stream ${streamId}`,
      )
    }
    this.#credit -= bytes
    this.receivedBytes += bytes
  }

  /** From now on bytes go to `sink`; first those that came before, unless the stream is held. */
  readInto(sink: StreamSink): void {
    const first = this.#sink === undefined
    this.#sink = sink
    if (first) this.#handOver(sink)
    if (!this.#isHeld) this.release()
  }

  /** What Node had already been given and nobody has read. */
  #handOver(sink: StreamSink): void {
    const buffered: unknown = this.#readable?.readableLength ? this.#readable.read() : null
    if (buffered !== null) this.#give(sink, buffered as Buffer)
  }

  get hasSink(): boolean {
    return this.#sink !== undefined
  }

  hold(): void {
    this.#isHeld = true
  }

  /** Gives the sink what came while it was held. */
  release(): void {
    this.#isHeld = false
    while (!this.#isHeld && this.#sink) {
      const chunk = this.#queue.shift()
      if (chunk === undefined) break
      this.#give(this.#sink, chunk)
    }
    if (this.#ended && this.#queue.bytes === 0 && !this.#isHeld) this.#finish()
  }

  /** `piece` is good until this returns. */
  deliver(piece: Buffer): void {
    if (this.#sink) {
      if (this.#isHeld || this.#queue.bytes > 0) this.#queue.add(piece)
      else this.#give(this.#sink, this.#sink.consumesAtOnce === true ? piece : keepPiece(piece))
      return
    }
    if (!this.#isWanted) {
      this.#queue.add(piece)
      return
    }
    this.#isWanted = false
    if (this.#push(keepPiece(piece))) this.#isWanted = true
  }

  end(): void {
    this.#ended = true
    if (this.#queue.bytes > 0 || (this.#sink && this.#isHeld)) return
    this.#finish()
  }

  #finish(): void {
    const sink = this.#sink
    this.#sink = undefined
    if (sink) {
      // Node's side has to end too, or the stream would never close.
      this.#readable?.resume()
      this.#call(() => sink.onEnd())
    }
    this.#push(null)
  }

  #give(sink: StreamSink, chunk: Buffer): void {
    try {
      sink.onData(chunk)
    } catch (error) {
      rethrowLater(error)
    }
  }

  #call(callback: () => void): void {
    try {
      callback()
    } catch (error) {
      rethrowLater(error)
    }
  }

  /** Node wants more. */
  pull(): void {
    if (this.#sink) return
    for (;;) {
      const chunk = this.#queue.shift()
      if (chunk === undefined) break
      const wantsMore = this.#push(chunk)
      if (this.#queue.bytes === 0 && this.#ended) this.#push(null)
      if (!wantsMore) return
    }
    this.#isWanted = true
  }

  discard(): void {
    this.#sink = undefined
    this.#queue.clear()
    this.#growth.release(this.#window)
    this.#window = INITIAL_WINDOW_BYTES
  }

  /** Whether at least half of the window was consumed since the last credit. */
  get isCreditDue(): boolean {
    return this.#consumedBytes() * 2 >= this.#window && !this.#ended
  }

  /** The credit to announce now. */
  grant(): number {
    const nowMs = this.#growth.now()
    this.#window = this.#growth.next(this.#window, this.#grantedAtMs, nowMs)
    this.#grantedAtMs = nowMs
    const credit = this.#consumedBytes()
    this.#credit += credit
    return credit
  }

  /** Bytes handed to Node count once they left its buffer. Negative for a while after an `unshift` of foreign bytes. */
  #consumedBytes(): number {
    const unread = this.#queue.bytes + (this.#readable?.readableLength ?? 0)
    return this.#window - this.#credit - unread
  }

  #push(chunk: Buffer | null): boolean {
    try {
      return this.#readable?.push(chunk) ?? false
    } catch (error) {
      rethrowLater(error)
      return true
    }
  }
}

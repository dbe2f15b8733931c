import type { Batch } from './batch.ts'
import { DEFAULT_FRAME_BYTES, Flag, FrameType } from './frame.ts'

/** What the streams of a connection send by together. */
export interface SendState {
  /** The connection's window (RFC 9113 §5.2). */
  window: number
  hasSentBlock: boolean
}

/** What a stream is after its turn: `blocked` by its own window, or `held` by the connection's. */
export type Turn = 'more' | 'idle' | 'blocked' | 'held' | 'sent'

/** So many places of sent chunks may stay in a queue, and as many as are still to be sent. */
const COMPACT_CHUNKS = 32
const SENT = Buffer.alloc(0)

/** What one stream has to send: informational heads, a head, DATA, and trailers or none. */
export abstract class SendHalf {
  readonly id: number
  /** What the peer takes of this stream. Below 0 after SETTINGS that made it smaller (RFC 9113 §6.9.2). */
  sendWindow: number
  isAnswered = false
  isEnded = false
  isSent = false
  /** DATA that has not left. */
  queuedBytes = 0
  /** `write` has said `false`. */
  needsDrain = false
  #informs: Buffer[] | undefined = undefined
  #head: Buffer | undefined = undefined
  #trailers: Buffer | undefined = undefined
  #chunks: Buffer[] | undefined = undefined
  #chunkAt = 0
  #offset = 0

  constructor(id: number, sendWindow: number) {
    this.id = id
    this.sendWindow = sendWindow
  }

  /** Something can be sent without more credit for this stream. */
  get isReady(): boolean {
    if (this.#head || this.#informs) return true
    return this.queuedBytes > 0 ? this.sendWindow > 0 : this.isEnded && !this.isSent
  }

  /** Has waiting what more credit alone lets go. */
  get isBlocked(): boolean {
    return this.queuedBytes > 0 && this.sendWindow <= 0
  }

  protected queueInform(block: Buffer): void {
    if (this.isAnswered) throw new Error('inform after respond')
    this.#informs ??= []
    this.#informs.push(block)
  }

  protected queueHead(block: Buffer, endStream: boolean): void {
    if (this.isAnswered) throw new Error('respond was called before')
    this.isAnswered = true
    this.isEnded = endStream
    this.#head = block
  }

  protected queueData(chunk: Buffer): void {
    this.#assertWritable('write')
    if (chunk.length === 0) return
    this.queuedBytes += chunk.length
    this.#chunks ??= []
    this.#chunks.push(chunk)
  }

  protected queueEnd(trailers: Buffer | undefined): void {
    this.#assertWritable('end')
    this.isEnded = true
    this.#trailers = trailers
  }

  #assertWritable(what: string): void {
    if (!this.isAnswered) throw new Error(`${what} before respond`)
    if (this.isEnded) throw new Error(`${what} after the end`)
  }

  /** Nothing of what waits is sent. */
  protected drop(): void {
    this.queuedBytes = 0
    this.#informs = undefined
    this.#head = undefined
    this.#trailers = undefined
    this.#chunks = undefined
  }

  /** One turn: heads as they are, and one frame of DATA. */
  emit(batch: Batch, shared: SendState): Turn {
    if (this.#informs) this.#emitInforms(this.#informs, batch, shared)
    if (this.#head) {
      const isLast = this.isEnded && this.queuedBytes === 0 && !this.#trailers
      this.#emitBlock(this.#head, isLast, batch, shared)
      this.#head = undefined
      if (isLast) return 'sent'
    }
    if (this.queuedBytes > 0) {
      const length = Math.min(this.queuedBytes, DEFAULT_FRAME_BYTES, this.sendWindow, shared.window)
      if (length <= 0) return this.sendWindow <= 0 ? 'blocked' : 'held'
      this.#emitData(length, batch, shared)
      if (this.queuedBytes > 0) return 'more'
      if (this.isSent) return 'sent'
    }
    if (!this.isEnded) return 'idle'
    if (this.#trailers) this.#emitBlock(this.#trailers, true, batch, shared)
    else {
      this.isSent = true
      batch.frame(FrameType.DATA, Flag.END_STREAM, this.id, 0)
    }
    return 'sent'
  }

  #emitInforms(informs: Buffer[], batch: Batch, shared: SendState): void {
    this.#informs = undefined
    for (const block of informs) this.#emitBlock(block, false, batch, shared)
  }

  #emitBlock(block: Buffer, isLast: boolean, batch: Batch, shared: SendState): void {
    if (isLast) this.isSent = true
    batch.block(block, isLast ? Flag.END_STREAM : 0, this.id, !shared.hasSentBlock)
    shared.hasSentBlock = true
  }

  #emitData(length: number, batch: Batch, shared: SendState): void {
    this.queuedBytes -= length
    this.sendWindow -= length
    shared.window -= length
    this.isSent = this.isEnded && this.queuedBytes === 0 && !this.#trailers
    batch.frame(FrameType.DATA, this.isSent ? Flag.END_STREAM : 0, this.id, length)
    const chunks = this.#chunks as Buffer[]
    let left = length
    while (left > 0) {
      const chunk = chunks[this.#chunkAt] as Buffer
      const end = Math.min(chunk.length, this.#offset + left)
      batch.payload(chunk, this.#offset, end)
      left -= end - this.#offset
      this.#offset = end
      if (end === chunk.length) this.#nextChunk(chunks)
    }
  }

  #nextChunk(chunks: Buffer[]): void {
    this.#offset = 0
    // Let go of before the queue runs empty, which it may never do.
    chunks[this.#chunkAt++] = SENT
    if (this.#chunkAt === chunks.length) this.#chunks = undefined
    else if (this.#chunkAt < COMPACT_CHUNKS || this.#chunkAt * 2 < chunks.length) return
    else chunks.splice(0, this.#chunkAt)
    this.#chunkAt = 0
  }
}

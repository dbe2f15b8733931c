import { writeHeader } from './encode.ts'
import { FrameType, HEADER_BYTES } from './frame.ts'

/**
 * Payload up to this size is copied next to its header: cheaper than two more iovecs. Measured over loopback, 64 streams:
 * messages of 2,000 bytes go 1.2 times as fast copied, of 4,000 bytes 0.8 times, of 200 bytes 1.6 times.
 */
export const COPY_BYTES = 2048
const SLAB_BYTES = 64 * 1024

/**
 * Headers and small payloads go here, one after the other, for all sessions: an idle session owns no buffer.
 * Bytes that were handed to a connection are never written again; a full slab is left to the collector.
 */
let slab = Buffer.alloc(0)
let view = new DataView(slab.buffer)
let slabUsed = 0

/** Where a frame's header is, to be filled in once its length is known. */
interface OpenFrame {
  readonly view: DataView
  readonly at: number
}

/** Frames that leave in one write. */
export class Batch {
  #parts: Buffer[] = []
  #onFree: (() => void)[] = []
  #slab = slab
  #start = 0
  #end = 0
  /** Where the header of the frame is that {@link data} made last, and how much it holds. */
  #lastAt = 0
  #lastBytes = 0
  /** Whose frame that is; 0 where something came behind it. */
  lastStreamId = 0
  bytes = 0

  /** A frame without payload. */
  frame(type: number, flags: number, streamId: number, length: number): void {
    const at = this.#reserve(HEADER_BYTES)
    writeHeader(view, at, type, flags, streamId, length)
  }

  /** Up to {@link COPY_BYTES} of data, in the frame before where that is the same stream's. Strings are latin1. True: in a new frame. */
  data(streamId: number, payload: Uint8Array | string): boolean {
    const bytes = payload.length
    const isMore = streamId === this.lastStreamId && this.#isNext && slabUsed + bytes <= slab.length
    if (!isMore) {
      this.#lastAt = this.#reserve(HEADER_BYTES + bytes)
      this.#lastBytes = 0
    } else this.#reserve(bytes)
    if (typeof payload === 'string') slab.write(payload, slabUsed - bytes, bytes, 'latin1')
    else slab.set(payload, slabUsed - bytes)
    this.#lastBytes += bytes
    this.lastStreamId = streamId
    writeHeader(view, this.#lastAt, FrameType.Data, 0, streamId, this.#lastBytes)
    return !isMore
  }

  /** Whether what comes next lies behind what is there: no other session has used the slab since. */
  get isContiguous(): boolean {
    return this.bytes === 0 || this.#isNext
  }

  /** Starts a frame whose payload comes next; `close` fills in its header. No other frame may be added between. */
  open(): OpenFrame {
    const at = this.#reserve(HEADER_BYTES)
    return { view, at }
  }

  close(frame: OpenFrame, type: number, flags: number, streamId: number, length: number): void {
    writeHeader(frame.view, frame.at, type, flags, streamId, length)
  }

  /** Large chunks are kept by reference until the connection has written them. */
  payload(chunk: Uint8Array): void {
    if (chunk.length <= COPY_BYTES) {
      const at = this.#reserve(chunk.length)
      slab.set(chunk, at)
      return
    }
    this.#seal()
    this.#parts.push(chunk as Buffer)
    this.bytes += chunk.length
  }

  /** `onFree` runs when the connection needs the bytes of this batch no more. */
  whenFree(onFree: () => void): void {
    this.#onFree.push(onFree)
  }

  /** Who waits for the bytes of this batch; asked for once, after {@link take}. `undefined`: nobody. */
  takeOnFree(): (() => void) | undefined {
    if (this.#onFree.length === 0) return undefined
    const callbacks = this.#onFree
    this.#onFree = []
    return () => {
      for (const callback of callbacks) callback()
    }
  }

  /** What was gathered, in order; the batch is empty afterwards. */
  take(): Buffer[] {
    this.#seal()
    const parts = this.#parts
    this.#parts = []
    this.lastStreamId = 0
    this.bytes = 0
    return parts
  }

  #reserve(bytes: number): number {
    if (slabUsed + bytes > slab.length) {
      slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
      view = new DataView(slab.buffer)
      slabUsed = 0
    }
    this.lastStreamId = 0
    // Another session has used the slab between two frames, or the slab is new.
    if (!this.#isNext) {
      this.#seal()
      this.#slab = slab
      this.#start = slabUsed
    }
    const at = slabUsed
    slabUsed += bytes
    this.#end = slabUsed
    this.bytes += bytes
    return at
  }

  /** Whether the free part of the slab begins where ours ends. */
  get #isNext(): boolean {
    return this.#slab === slab && this.#end === slabUsed
  }

  #seal(): void {
    if (this.#end > this.#start) this.#parts.push(this.#slab.subarray(this.#start, this.#end))
    this.#start = this.#end
  }
}

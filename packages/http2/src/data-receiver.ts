import { errorCodes, Http2Error } from './errors.ts'
import type { Floods } from './floods.ts'
import { Flag } from './frame.ts'
import type { Stream } from './stream.ts'
import type { Streams } from './streams.ts'
import { assertLength, violation } from './violation.ts'

/** Delivers the payload of the DATA frame that is coming in, piece by piece (RFC 9113 §6.1). */
export class DataReceiver {
  readonly #streams: Streams
  readonly #floods: Floods
  #streamId = 0
  /** Nobody: the payload is dropped. */
  #stream: Stream | undefined
  #length = 0
  #endsStream = false
  #awaitsPadLength = false
  #padding = 0

  constructor(streams: Streams, floods: Floods) {
    this.#streams = streams
    this.#floods = floods
  }

  /** The stream is one that was used. */
  onHeader(flags: number, streamId: number, length: number): void {
    this.#streamId = streamId
    this.#length = length
    this.#endsStream = (flags & Flag.END_STREAM) !== 0
    this.#awaitsPadLength = (flags & Flag.PADDED) !== 0
    this.#padding = 0
    assertLength('padded DATA', length, length > 0 || !this.#awaitsPadLength)
    const { window } = this.#streams
    if (length > window.left)
      throw new Http2Error(
        'FLOW_CONTROL_ERROR',
        `DATA of ${length} bytes exceeds the connection's window (RFC 9113 §6.9.1)`,
      )
    window.left -= length
    this.#stream = this.#findReceiver()
    if (!this.#awaitsPadLength) this.#judge(length)
  }

  /** Who takes it; `undefined`: nobody. */
  #findReceiver(): Stream | undefined {
    const stream = this.#streams.find(this.#streamId)
    if (!stream) this.#streams.closed.onLateFrame(this.#streamId, this.#length)
    else if (stream.hasPeerEnded || !stream.window) this.#streams.fail(stream, errorCodes.STREAM_CLOSED, true)
    else if (this.#length > stream.window.left)
      this.#streams.fail(stream, errorCodes.FLOW_CONTROL_ERROR, this.#endsStream)
    else {
      stream.window.left -= this.#length
      return stream
    }
    return undefined
  }

  onPiece(bytes: Buffer, start: number, end: number, left: number): void {
    const dataStart = this.#awaitsPadLength ? this.#readPadLength(bytes, start) : start
    const dataEnd = Math.max(dataStart, Math.min(end, end + left - this.#padding))
    const padding = end - start - (dataEnd - dataStart)
    if (padding > 0) this.#consumed(padding)
    if (dataEnd > dataStart) this.#deliver(bytes, dataStart, dataEnd)
    if (left === 0) this.#finish()
  }

  #readPadLength(bytes: Buffer, start: number): number {
    this.#awaitsPadLength = false
    this.#padding = bytes[start] as number
    if (this.#padding >= this.#length)
      throw violation(`padding of ${this.#padding} in DATA of ${this.#length} bytes`, '§6.1')
    this.#judge(this.#length - 1 - this.#padding)
    return start + 1
  }

  #judge(dataBytes: number): void {
    if (dataBytes > 0) this.#floods.onUse()
    else if (!this.#endsStream) this.#floods.onInvalidFrame()
  }

  #deliver(bytes: Buffer, start: number, end: number): void {
    const stream = this.#stream
    if (stream && !stream.isClosed) stream.listener.onData(bytes.subarray(start, end))
    // What has made the listener pause is not read before it resumes.
    if (stream && !stream.isClosed && stream.isPaused) stream.owedBytes += end - start
    else this.#consumed(end - start)
  }

  #consumed(bytes: number): void {
    if (this.#stream && !this.#stream.isClosed) this.#streams.consumed(this.#stream, bytes)
    else this.#streams.consumedByConnection(bytes)
  }

  #finish(): void {
    const stream = this.#stream
    this.#stream = undefined
    if (!this.#endsStream) return
    if (stream && !stream.isClosed) this.#streams.onPeerEnd(stream, undefined)
    else this.#streams.closed.onEnd(this.#streamId)
  }
}

import { YamuxError } from './errors.ts'
import { FrameType, HEADER_BYTES, VERSION } from './frame.ts'

/** What a {@link Decoder} reports, in the order of the wire. A throw ends the decoding for good. */
export interface FrameSink {
  /** A whole header. After a `Data` header come `length` payload bytes through `onPayload`. */
  onFrame(type: number, flags: number, streamId: number, length: number): void
  /** A piece of the last `Data` frame's payload, a view into the chunk that brought it; `left` bytes are still to come. */
  onPayload(piece: Buffer, left: number): void
}

/** Bytes to frames, over any chunking. Keeps nothing but a header that straddles two chunks: payload passes through. */
export class Decoder {
  readonly #sink: FrameSink
  readonly #header = Buffer.allocUnsafe(HEADER_BYTES)
  #headerBytes = 0
  #payloadLeft = 0
  #stopped = false

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  /** Whether the bytes so far stop inside a frame. */
  get isInsideFrame(): boolean {
    return this.#headerBytes > 0 || this.#payloadLeft > 0
  }

  /** Ignores all further bytes, also the rest of a chunk that is being decoded. */
  stop(): void {
    this.#stopped = true
  }

  /** @throws YamuxError `ERR_YAMUX_PROTOCOL`, and whatever the sink throws */
  push(chunk: Buffer): void {
    const end = chunk.length
    let at = 0
    while (at < end && !this.#stopped) {
      if (this.#payloadLeft > 0) at = this.#passPayload(chunk, at)
      else if (this.#headerBytes === 0 && end - at >= HEADER_BYTES) {
        this.#readHeader(chunk, at)
        at += HEADER_BYTES
      } else at = this.#joinHeader(chunk, at)
    }
  }

  #passPayload(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#payloadLeft)
    this.#payloadLeft -= end - at
    this.#sink.onPayload(chunk.subarray(at, end), this.#payloadLeft)
    return end
  }

  #joinHeader(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + HEADER_BYTES - this.#headerBytes)
    chunk.copy(this.#header, this.#headerBytes, at, end)
    this.#headerBytes += end - at
    if (this.#headerBytes === HEADER_BYTES) {
      this.#headerBytes = 0
      this.#readHeader(this.#header, 0)
    }
    return end
  }

  #readHeader(bytes: Buffer, at: number): void {
    const start = bytes.readUInt32BE(at)
    const version = start >>> 24
    const type = (start >>> 16) & 0xff
    if (version !== VERSION) throw new YamuxError('ERR_YAMUX_PROTOCOL', `version ${version} is not ${VERSION}`)
    if (type > FrameType.GoAway)
      throw new YamuxError('ERR_YAMUX_PROTOCOL', `frame type ${type} is above ${FrameType.GoAway}`)
    const length = bytes.readUInt32BE(at + 8)
    if (type === FrameType.Data) this.#payloadLeft = length
    this.#sink.onFrame(type, start & 0xffff, bytes.readUInt32BE(at + 4), length)
  }
}

import { FRAME_HEADER_BYTES } from './frame.ts'

/** How the payload of a frame is wanted: all of it at once, or as it comes. */
export type PayloadMode = 'whole' | 'pieces'

export interface FrameSink {
  /** Throws to stop. */
  onHeader(type: number, flags: number, streamId: number, length: number): PayloadMode
  /** `bytes[start..end)`, valid until it returns. */
  onPayload(bytes: Buffer, start: number, end: number): void
  /** `left`: how much of the payload is still to come. Called for an empty payload too. */
  onPiece(bytes: Buffer, start: number, end: number, left: number): void
}

/** Cuts what a peer sends into frames, however it is cut. Keeps at most one incomplete header or one incomplete payload that is wanted whole. */
export class FrameReader {
  readonly #sink: FrameSink
  readonly #header = Buffer.alloc(FRAME_HEADER_BYTES)
  #headerBytes = 0
  #isInPayload = false
  #mode: PayloadMode = 'pieces'
  #left = 0
  #gathered: Buffer | undefined
  #gatheredBytes = 0
  /** Nothing more is read, also of the chunk that is being read. */
  isStopped = false

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  read(chunk: Buffer, start: number): void {
    let at = start
    while (at < chunk.length && !this.isStopped) {
      if (!this.#isInPayload) at = this.#readHeader(chunk, at)
      else if (this.#mode === 'whole') at = this.#readWhole(chunk, at)
      else at = this.#readPiece(chunk, at)
    }
  }

  #readHeader(chunk: Buffer, at: number): number {
    if (this.#headerBytes === 0 && chunk.length - at >= FRAME_HEADER_BYTES) {
      this.#onHeader(chunk, at)
      return at + FRAME_HEADER_BYTES
    }
    const copied = chunk.copy(this.#header, this.#headerBytes, at, at + FRAME_HEADER_BYTES - this.#headerBytes)
    this.#headerBytes += copied
    if (this.#headerBytes === FRAME_HEADER_BYTES) {
      this.#headerBytes = 0
      this.#onHeader(this.#header, 0)
    }
    return at + copied
  }

  #onHeader(bytes: Buffer, at: number): void {
    const length = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number)
    const streamId =
      (((bytes[at + 5] as number) & 0x7f) << 24) |
      ((bytes[at + 6] as number) << 16) |
      ((bytes[at + 7] as number) << 8) |
      (bytes[at + 8] as number)
    const mode = this.#sink.onHeader(bytes[at + 3] as number, bytes[at + 4] as number, streamId, length)
    if (length > 0) {
      this.#isInPayload = true
      this.#mode = mode
      this.#left = length
    } else if (mode === 'whole') this.#sink.onPayload(bytes, 0, 0)
    else this.#sink.onPiece(bytes, 0, 0, 0)
  }

  #readWhole(chunk: Buffer, at: number): number {
    const end = at + this.#left
    if (!this.#gathered && end <= chunk.length) {
      this.#isInPayload = false
      this.#sink.onPayload(chunk, at, end)
      return end
    }
    this.#gathered ??= Buffer.allocUnsafeSlow(this.#left)
    const copied = chunk.copy(this.#gathered, this.#gatheredBytes, at)
    this.#gatheredBytes += copied
    this.#left -= copied
    if (this.#left === 0) {
      const whole = this.#gathered
      this.#gathered = undefined
      this.#gatheredBytes = 0
      this.#isInPayload = false
      this.#sink.onPayload(whole, 0, whole.length)
    }
    return at + copied
  }

  #readPiece(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#left)
    this.#left -= end - at
    if (this.#left === 0) this.#isInPayload = false
    this.#sink.onPiece(chunk, at, end, this.#left)
    return end
  }
}

import type { Batch } from './batch.ts'
import { FRAME_HEADER_BYTES, FrameType } from './frame.ts'

const FIRST_BYTES = 256
/** A connection that has been busy once need not keep its buffer. Not more than a batch copies in any case. */
const KEPT_BYTES = 1024

const NOTHING = Buffer.alloc(0)

/** Frames that no window holds back, encoded, in the order in which they were caused. They leave before any stream has its turn. */
export class ControlQueue {
  #bytes: Buffer = NOTHING
  #used = 0
  /** How many have not left, or have left while the transport had no room for more. */
  unsent = 0

  get isEmpty(): boolean {
    return this.#used === 0
  }

  /** `payload` is copied. */
  frame(type: number, flags: number, streamId: number, payload: Buffer, start = 0, end = payload.length): void {
    const at = this.#header(type, flags, streamId, end - start)
    payload.copy(this.#bytes, at, start, end)
  }

  /** A frame whose payload is one number: RST_STREAM, WINDOW_UPDATE. */
  number(type: typeof FrameType.RST_STREAM | typeof FrameType.WINDOW_UPDATE, streamId: number, value: number): void {
    this.#bytes.writeUInt32BE(value, this.#header(type, 0, streamId, 4))
  }

  /** `message` is ASCII. */
  goAway(lastStreamId: number, code: number, message: string): void {
    const at = this.#header(FrameType.GOAWAY, 0, 0, 8 + message.length)
    this.#bytes.writeUInt32BE(lastStreamId, at)
    this.#bytes.writeUInt32BE(code, at + 4)
    this.#bytes.write(message, at + 8, 'latin1')
  }

  /** `hasRoom`: what is written now and before does not wait for a peer that does not read. */
  emit(batch: Batch, hasRoom: boolean): void {
    if (hasRoom) this.unsent = 0
    if (this.#used === 0) return
    batch.payload(this.#bytes, 0, this.#used)
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = NOTHING
    this.#used = 0
  }

  #header(type: number, flags: number, streamId: number, length: number): number {
    const at = this.#used
    this.#used += FRAME_HEADER_BYTES + length
    if (this.#used > this.#bytes.length) this.#grow()
    this.#bytes.writeUIntBE(length, at, 3)
    this.#bytes[at + 3] = type
    this.#bytes[at + 4] = flags
    this.#bytes.writeUInt32BE(streamId, at + 5)
    this.unsent++
    return at + FRAME_HEADER_BYTES
  }

  #grow(): void {
    const grown = Buffer.allocUnsafe(Math.max(FIRST_BYTES, this.#used, this.#bytes.length * 2))
    this.#bytes.copy(grown)
    this.#bytes = grown
  }
}

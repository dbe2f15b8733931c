import { constants, inflateRawSync } from 'node:zlib'

const WINDOW_BYTES = 32 * 1024
/** What a sender takes off the end of every message (RFC 7692 §7.2.1). */
const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff])

/** Undoes permessage-deflate for one direction, message by message, within a budget of bytes. */
export class MessageInflater {
  readonly #keepsContext: boolean
  #window: Buffer = Buffer.alloc(0)
  #budget: number

  constructor(keepsContext: boolean, maxDecodedBytes: number) {
    this.#keepsContext = keepsContext
    this.#budget = maxDecodedBytes
  }

  /** Throws for bytes that are no deflate, and for more than the budget. */
  inflate(payload: Buffer): Buffer {
    const plain = inflateRawSync(Buffer.concat([payload, TAIL]), {
      finishFlush: constants.Z_SYNC_FLUSH,
      // Node takes no 0.
      maxOutputLength: Math.max(1, this.#budget),
      ...(this.#window.length > 0 && { dictionary: this.#window }),
    })
    this.#budget -= plain.length
    if (this.#keepsContext) {
      const joined = plain.length >= WINDOW_BYTES ? plain : Buffer.concat([this.#window, plain])
      this.#window = Buffer.from(joined.subarray(-WINDOW_BYTES))
    }
    return plain
  }
}

/** More than a caller needs that asks whether the peer is there, and how far away. */
const MAX_WAITING = 16

/** The PINGs of this side that wait for their answers. */
export class Pings {
  readonly #waiting = new Map<string, () => void>()
  #count = 0

  get isFull(): boolean {
    return this.#waiting.size >= MAX_WAITING
  }

  /** The eight bytes to send (RFC 9113 §6.7). */
  add(onAnswer: () => void): Buffer {
    const payload = Buffer.alloc(8)
    payload.writeUInt32BE(++this.#count >>> 0, 4)
    this.#waiting.set(payload.toString('latin1'), onAnswer)
    return payload
  }

  /** Whose answer this is; `undefined`: nobody has asked that. */
  take(payload: Buffer, start: number): (() => void) | undefined {
    const key = payload.toString('latin1', start, start + 8)
    const onAnswer = this.#waiting.get(key)
    if (onAnswer) this.#waiting.delete(key)
    return onAnswer
  }
}

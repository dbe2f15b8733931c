/** What the peer may still send, and what it has sent and is owed credit for (RFC 9113 §5.2). */
export class ReceiveWindow {
  readonly #size: number
  /** Below 0 only after SETTINGS that made it smaller (RFC 9113 §6.9.2). */
  left: number
  #consumed = 0

  constructor(size: number, left: number) {
    this.#size = size
    this.left = left
  }

  /** `bytes` were read. Answers the credit to give now: half a window at least, or 0. */
  consume(bytes: number): number {
    this.#consumed += bytes
    if (this.#consumed * 2 < this.#size) return 0
    const credit = this.#consumed
    this.#consumed = 0
    this.left += credit
    return credit
  }
}

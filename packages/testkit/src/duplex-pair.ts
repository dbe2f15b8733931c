import { Duplex } from 'node:stream'

/**
 * Two ends of an in-memory connection: what is written to one is read from the other, with backpressure and half-close,
 * like a connected pair of sockets with `allowHalfOpen`. Destroying one end ends or fails the other.
 */
export function createDuplexPair(options: { highWaterMark?: number } = {}): [Duplex, Duplex] {
  const left: PairEnd = new PairEnd(options)
  const right: PairEnd = new PairEnd(options)
  left.connect(right)
  right.connect(left)
  return [left, right]
}

class PairEnd extends Duplex {
  #other: PairEnd | undefined
  #resume: (() => void) | undefined

  constructor(options: { highWaterMark?: number }) {
    super({ ...options, allowHalfOpen: true })
  }

  connect(other: PairEnd): void {
    this.#other = other
  }

  override _read(): void {
    const resume = this.#resume
    this.#resume = undefined
    resume?.()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#other?.receive(chunk, callback)
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#other?.receive(null, callback)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const other = this.#other
    process.nextTick(() => {
      if (other && !other.destroyed) other.destroy(error ?? undefined)
    })
    callback(error)
  }

  private receive(chunk: Buffer | null, callback: () => void): void {
    if (this.destroyed) return callback()
    const wantsMore = this.push(chunk)
    // A turn between the two ends, as there is between two sockets.
    if (wantsMore || chunk === null) setImmediate(callback)
    else this.#resume = callback
  }
}

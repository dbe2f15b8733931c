import { Http2Error } from './errors.ts'
import type { Floods } from './floods.ts'

/** Clients count on by two; whoever does not is caught by less. */
const MAX_SKIPS = 16

/**
 * What is known of streams that have closed. A peer may go on sending until it reads our RST_STREAM (RFC 9113 §5.1): such streams are remembered, as many
 * as the peer may have open. Resets arrive in their order, so of those it has not heard of yet none is forgotten, unless it opens more than it may.
 */
export class ClosedStreams {
  readonly #capacity: number
  readonly #floods: Floods
  /** Streams that the peer has not ended, and the DATA that their windows still let it send. */
  readonly #reset = new Map<number, number>()
  #forgottenUpTo = 0
  /** Ids that were never used, as pairs of the first and the last one. */
  readonly #skips: number[] = []

  constructor(capacity: number, floods: Floods) {
    this.#capacity = capacity
    this.#floods = floods
  }

  onReset(id: number, windowBytes: number): void {
    this.#reset.set(id, windowBytes)
    if (this.#reset.size <= this.#capacity) return
    const [oldest] = this.#reset.keys() as IterableIterator<number>
    if (oldest === undefined) return
    this.#reset.delete(oldest)
    this.#forgottenUpTo = Math.max(this.#forgottenUpTo, oldest)
  }

  /** The peer has ended a stream that was reset: there is nothing more on its way. */
  onEnd(id: number): void {
    this.#reset.delete(id)
  }

  onSkip(first: number, last: number): void {
    this.#skips.push(first, last)
    if (this.#skips.length > 2 * MAX_SKIPS) this.#skips.splice(0, 2)
  }

  /**
   * DATA or HEADERS has come for a stream that is closed.
   *
   * @throws Http2Error where it cannot have crossed our reset, or does so too often
   */
  onLateFrame(id: number, bytes: number): void {
    const left = this.#reset.get(id)
    if (left === undefined) {
      if (id > this.#forgottenUpTo) throw this.#violation(id)
      return this.#floods.onInvalidFrame()
    }
    if (bytes > left)
      throw new Http2Error(
        'FLOW_CONTROL_ERROR',
        `DATA of ${bytes} bytes exceeds the window of stream ${id} (RFC 9113 §6.9.1)`,
      )
    this.#reset.set(id, left - bytes)
  }

  #violation(id: number): Http2Error {
    for (let at = 0; at < this.#skips.length; at += 2) {
      if (id >= (this.#skips[at] as number) && id <= (this.#skips[at + 1] as number))
        return new Http2Error('PROTOCOL_ERROR', `stream ${id} is smaller than one that was opened (RFC 9113 §5.1.1)`)
    }
    return new Http2Error('STREAM_CLOSED', `frame for stream ${id}, which is closed (RFC 9113 §5.1)`)
  }
}

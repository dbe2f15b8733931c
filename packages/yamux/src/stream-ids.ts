import { YamuxError } from './errors.ts'
import { MAX_U32 } from './frame.ts'

export type Role = 'client' | 'server'

/** Which ids are ours, which the peer's, and which were ever used: odd ones are the client's, even ones the server's. */
export class StreamIds {
  #next: number
  #highestOfPeer = 0

  constructor(role: Role, first = role === 'client' ? 1 : 2) {
    this.#next = first
  }

  /** @throws YamuxError `ERR_YAMUX_STREAMS_EXHAUSTED`: ids are never used twice in a session */
  take(): number {
    const id = this.#next
    if (id > MAX_U32) {
      throw new YamuxError('ERR_YAMUX_STREAMS_EXHAUSTED', `next stream id ${id} exceeds ${MAX_U32}: open a new session`)
    }
    this.#next = id + 2
    return id
  }

  isOurs(id: number): boolean {
    return id % 2 === this.#next % 2
  }

  /** Ids may arrive out of order: Go's implementation numbers a stream before it queues the SYN. */
  seenFromPeer(id: number): void {
    if (id > this.#highestOfPeer) this.#highestOfPeer = id
  }

  /** Whether a frame for `id` can be a late one for a stream that is gone. */
  wasUsed(id: number): boolean {
    return this.isOurs(id) ? id < this.#next : id <= this.#highestOfPeer
  }
}

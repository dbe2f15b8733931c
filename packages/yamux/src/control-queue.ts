import type { Batch } from './batch.ts'
import { YamuxError } from './errors.ts'

const WORDS = 4

/** Frames that belong to no stream, in the order they were asked for. They leave before all others. */
export class ControlQueue {
  readonly #maxReplies: number
  #words: number[] = []
  #replies = 0

  constructor(maxReplies: number) {
    this.#maxReplies = maxReplies
  }

  get isEmpty(): boolean {
    return this.#words.length === 0
  }

  add(type: number, flags: number, streamId: number, length: number): void {
    this.#words.push(type, flags, streamId, length)
  }

  /** A frame that the peer's made necessary. @throws YamuxError `ERR_YAMUX_FLOOD` when too many wait already */
  reply(type: number, flags: number, streamId: number, length: number): void {
    if (++this.#replies > this.#maxReplies) {
      throw new YamuxError(
        'ERR_YAMUX_FLOOD',
        `${this.#replies} unsent replies exceed maxQueuedReplies ${this.#maxReplies}`,
      )
    }
    this.add(type, flags, streamId, length)
  }

  emit(batch: Batch): void {
    const words = this.#words
    for (let at = 0; at < words.length; at += WORDS) {
      batch.frame(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!)
    }
    words.length = 0
    this.#replies = 0
  }
}

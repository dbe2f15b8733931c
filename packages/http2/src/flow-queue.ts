import type { Stream } from './stream.ts'

/** Streams that wait, each in one queue at most: first in, first out, and out of turn at no cost. */
export class FlowQueue {
  #first: Stream | undefined
  #last: Stream | undefined

  get isEmpty(): boolean {
    return this.#first === undefined
  }

  append(stream: Stream): void {
    stream.queue = this
    stream.previous = this.#last
    stream.next = undefined
    if (this.#last) this.#last.next = stream
    else this.#first = stream
    this.#last = stream
  }

  shift(): Stream | undefined {
    const stream = this.#first
    if (stream) this.remove(stream)
    return stream
  }

  remove(stream: Stream): void {
    if (stream.previous) stream.previous.next = stream.next
    else this.#first = stream.next
    if (stream.next) stream.next.previous = stream.previous
    else this.#last = stream.previous
    stream.queue = undefined
    stream.previous = undefined
    stream.next = undefined
  }
}

import { ChunkedBody } from './chunked-body.ts'
import type { HeaderList } from './head.ts'
import type { HttpLimits } from './limits.ts'

/** Reads one message's body, however it is framed. One piece of data at a time, so that the caller can stop between two. */
export class BodyReader {
  /** What the last `read` found: a subarray of its chunk, never a copy. */
  data: Buffer | undefined
  done = true
  /** Infinity for a body that the connection's close ends. */
  #remaining = 0
  #isChunked = false
  /** Made for the first chunked body: most connections never see one. */
  #chunked: ChunkedBody | undefined
  readonly #limits: HttpLimits

  constructor(limits: HttpLimits) {
    this.#limits = limits
  }

  /** Whether the connection's close is this body's proper end. */
  get endsWithConnection(): boolean {
    return this.#remaining === Number.POSITIVE_INFINITY
  }

  begin(framing: 'none' | 'length' | 'chunked' | 'close', contentLength: number): void {
    this.#isChunked = framing === 'chunked'
    this.#remaining = framing === 'close' ? Number.POSITIVE_INFINITY : framing === 'length' ? contentLength : 0
    this.done = !this.#isChunked && this.#remaining === 0
    if (this.#isChunked) {
      this.#chunked ??= new ChunkedBody(this.#limits)
      this.#chunked.reset()
    }
  }

  /** Reads on from `from` up to the next data, the body's end or the chunk's, and returns where it stopped. Throws an HttpError. */
  read(chunk: Buffer, from: number): number {
    if (this.#isChunked) return this.#readChunked(this.#chunked!, chunk, from)
    const at = Math.min(chunk.length, from + this.#remaining)
    this.data = from === 0 && at === chunk.length ? chunk : chunk.subarray(from, at)
    this.#remaining -= at - from
    this.done = this.#remaining === 0
    return at
  }

  /** Ends a body that is done: its trailers, if any. An idle connection must not pin the chunk that its last body came in. */
  end(): HeaderList | undefined {
    this.data = undefined
    return this.#isChunked ? this.#chunked?.takeTrailers() : undefined
  }

  #readChunked(body: ChunkedBody, chunk: Buffer, from: number): number {
    const at = body.read(chunk, from)
    this.data = body.data
    this.done = body.done
    return at
  }
}

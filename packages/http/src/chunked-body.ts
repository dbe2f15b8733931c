import { CR, LF } from './bytes.ts'
import { ChunkSizeLine } from './chunk-size.ts'
import { HttpError, showByte } from './errors.ts'
import { readFields } from './fields.ts'
import type { HeaderList } from './head.ts'
import { HeadReader, type StartLine } from './head-reader.ts'
import type { HttpLimits } from './limits.ts'

/** chunk-size line → data → CR → LF → chunk-size line …, and trailers after a size of 0. */
type Phase = 'size' | 'data' | 'carriage-return' | 'line-feed' | 'trailers'

/** Takes `transfer-encoding: chunked` apart, over any chunking. One piece of data at a time, so that the caller can stop between two. */
export class ChunkedBody {
  /** What the last `read` found: a subarray of its chunk, never a copy. */
  data: Buffer | undefined
  done = false
  #phase: Phase = 'size'
  #remaining = 0
  readonly #size: ChunkSizeLine
  readonly #trailers: HeadReader<StartLine>

  constructor(limits: HttpLimits) {
    this.#size = new ChunkSizeLine(limits.maxChunkExtensionBytes)
    this.#trailers = trailerReader(limits)
  }

  /** The trailers of a body that is done, `undefined` without any; lets go of its bytes. */
  takeTrailers(): HeaderList | undefined {
    const { fields } = this.#trailers
    const trailers = fields.count === 0 ? undefined : readFields(this.#trailers.text(), fields)
    this.#trailers.reset()
    return trailers
  }

  reset(): void {
    this.done = false
    this.#phase = 'size'
    this.#size.resetBody()
    this.#trailers.reset()
  }

  /** Reads on from `from` up to the next data, the body's end or the chunk's, and returns where it stopped. Throws an HttpError. */
  read(chunk: Buffer, from: number): number {
    this.data = undefined
    let at = from
    while (at < chunk.length && this.data === undefined && !this.done) {
      if (this.#phase === 'data') at = this.#readData(chunk, at)
      else if (this.#phase === 'size') at = this.#readSize(chunk, at)
      else if (this.#phase === 'trailers') at = this.#readTrailers(chunk, at)
      else this.#readDataEnd(chunk[at++]!)
    }
    return at
  }

  #readSize(chunk: Buffer, from: number): number {
    const at = this.#size.read(chunk, from)
    if (this.#size.done) {
      this.#remaining = this.#size.size
      this.#phase = this.#remaining === 0 ? 'trailers' : 'data'
      this.#size.reset()
    }
    return at
  }

  #readData(chunk: Buffer, from: number): number {
    const at = Math.min(chunk.length, from + this.#remaining)
    this.data = chunk.subarray(from, at)
    this.#remaining -= at - from
    if (this.#remaining === 0) this.#phase = 'carriage-return'
    return at
  }

  #readDataEnd(byte: number): void {
    if (byte !== (this.#phase === 'carriage-return' ? CR : LF)) {
      throw new HttpError('ERR_HTTP_CHUNK_END', `byte ${showByte(byte)} where chunk data ends with CRLF`)
    }
    this.#phase = this.#phase === 'carriage-return' ? 'line-feed' : 'size'
  }

  #readTrailers(chunk: Buffer, from: number): number {
    const at = this.#trailers.read(chunk, from)
    this.done = this.#trailers.done
    return at
  }
}

function trailerReader(limits: HttpLimits): HeadReader<StartLine> {
  const maxBytes = limits.maxTrailerBytes
  const tooLarge = () => new HttpError('ERR_HTTP_TRAILERS_TOO_LARGE', `trailers exceed maxTrailerBytes ${maxBytes}`)
  const noLine: StartLine = { done: true, reset: () => {}, scan: (_bytes, _base, from) => from, tooLong: tooLarge }
  return new HeadReader(noLine, { maxBytes, maxHeaders: limits.maxHeaders, tooLarge })
}

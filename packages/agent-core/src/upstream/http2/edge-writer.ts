import { chunkHead, type ExchangeObserver, type HeaderList, LAST_CHUNK, serializeTrailers } from '@tunnel/http'
import type { Stream } from '@tunnel/yamux'
import { type ForwardedHead, observedHead } from './response-head.ts'

/** Up to here a chunk is joined with its framing: cheaper than three pieces. */
const JOIN_BYTES = 4 * 1024

const CRLF = Buffer.from('\r\n')

/** Writes the response to one request as HTTP/1.1 to a stream of the edge. */
export class EdgeWriter {
  readonly #stream: Stream
  readonly #observer: ExchangeObserver | undefined
  #framing: ForwardedHead['framing'] = 'none'
  #remaining = 0

  constructor(stream: Stream, observer: ExchangeObserver | undefined) {
    this.#stream = stream
    this.#observer = observer
  }

  writeHead(head: ForwardedHead): void {
    this.#framing = head.framing
    this.#remaining = head.framing === 'length' ? head.contentLength : 0
    if (head.status < 200) this.#observer?.onInformational(observedHead(head), performance.now())
    else this.#observer?.onResponseHead(observedHead(head), performance.now())
    this.#stream.send(Buffer.from(head.text, 'latin1'))
  }

  /** `false`: hold the upstream back until the stream's `drain`. */
  writeBody(chunk: Buffer): boolean {
    this.#observer?.onResponseBody(chunk)
    if (this.#framing !== 'chunked') {
      this.#remaining -= chunk.length
      return this.#remaining < 0 || this.#stream.send(chunk)
    }
    const head = Buffer.from(chunkHead(chunk.length), 'latin1')
    if (chunk.length <= JOIN_BYTES) return this.#stream.send(Buffer.concat([head, chunk, CRLF]))
    this.#stream.send(head)
    this.#stream.send(chunk)
    return this.#stream.send(CRLF)
  }

  /** Whether the body was as long as the head said: bytes too many or too few would be taken for the next response. */
  get isComplete(): boolean {
    return this.#remaining === 0
  }

  writeEnd(trailers: HeaderList): void {
    this.#observer?.onResponseEnd(trailers.length > 0 ? trailers : undefined, performance.now())
    if (this.#framing !== 'chunked') return
    const end = trailers.length > 0 ? serializeTrailers(trailers) : LAST_CHUNK
    this.#stream.send(Buffer.from(end, 'latin1'))
  }
}

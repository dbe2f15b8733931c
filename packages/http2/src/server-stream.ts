/**
 * One request with its answer, as whoever answers sees it. Answers are queued and sent as the windows of the peer allow, all streams of a connection in turn.
 * What is called on a stream that has closed does nothing.
 */
export interface ServerStream {
  readonly id: number
  /** Nothing can be sent or received any more. */
  readonly isClosed: boolean
  /** `respond` was called. */
  readonly isAnswered: boolean
  /** `end`, or `respond` with `endStream`, was called. */
  readonly isEnded: boolean
  /** END_STREAM has been written. */
  readonly isSent: boolean
  /** DATA that waits for windows or the transport. Where it stays the same for long, the peer does not read. */
  readonly queuedBytes: number
  /** A block of `encodeFields`, with a `:status` of 1xx (RFC 9113 §8.1). */
  inform(block: Buffer): void
  /** A block of `encodeFields`, `:status` first. */
  respond(block: Buffer, endStream: boolean): void
  /** `chunk` is kept by reference until it has been written. `false`: wait for `onDrain`; it was accepted all the same (unless the stream has closed). */
  write(chunk: Buffer): boolean
  /** `trailers`: a block of `encodeFields`. */
  end(trailers?: Buffer): void
  /** RST_STREAM at once; what waits to be sent is dropped. The listener hears `onClose` with the code before this returns. */
  reset(code: number): void
  /** RST_STREAM once END_STREAM has been written, if the peer has not ended by then: it is to stop sending, and keeps the answer (RFC 9113 §8.1). */
  resetWhenSent(code: number): void
  /** No more credit for the peer on this stream; what it may still send is delivered all the same, and bounded by `streamWindowBytes`. */
  pause(): void
  resume(): void
}

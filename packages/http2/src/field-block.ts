import { flood } from './floods.ts'
import type { ServerOptions } from './options.ts'
import { violation } from './violation.ts'

/** Gathers a field block that is spread over HEADERS and CONTINUATION frames (RFC 9113 §4.3). */
export class FieldBlock {
  readonly #options: ServerOptions
  #streamId = 0
  #endsStream = false
  #dependsOnItself = false
  #pieces: Buffer[] = []
  #bytes = 0
  #continuations = 0

  constructor(options: ServerOptions) {
    this.#options = options
  }

  /** Only CONTINUATION of its stream may come now. */
  get isOpen(): boolean {
    return this.#streamId !== 0
  }

  get streamId(): number {
    return this.#streamId
  }

  get endsStream(): boolean {
    return this.#endsStream
  }

  get dependsOnItself(): boolean {
    return this.#dependsOnItself
  }

  begin(streamId: number, endsStream: boolean, dependsOnItself: boolean): void {
    this.#streamId = streamId
    this.#endsStream = endsStream
    this.#dependsOnItself = dependsOnItself
  }

  /** A CONTINUATION frame begins. */
  onContinuation(streamId: number, length: number): void {
    if (!this.isOpen || streamId !== this.#streamId)
      throw violation(`CONTINUATION for stream ${streamId} where none belongs`, '§6.10')
    const { maxContinuations } = this.#options
    if (++this.#continuations > maxContinuations) throw flood('maxContinuations', maxContinuations)
    this.checkBytes(length)
  }

  /** @throws Http2Error where `length` more would be too much */
  checkBytes(length: number): void {
    const { maxHeaderBlockBytes } = this.#options
    if (this.#bytes + length > maxHeaderBlockBytes) throw flood('maxHeaderBlockBytes', maxHeaderBlockBytes)
  }

  /** `bytes[start..end)` is copied. */
  add(bytes: Buffer, start: number, end: number): void {
    this.#bytes += end - start
    if (end > start) this.#pieces.push(Buffer.from(bytes.subarray(start, end)))
  }

  take(): Buffer {
    const block = this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces, this.#bytes)
    this.#streamId = 0
    this.#pieces = []
    this.#bytes = 0
    this.#continuations = 0
    return block
  }
}

import type { HttpError } from './errors.ts'
import { FieldScanner } from './field-scanner.ts'

/** What comes before the fields: a request line, a status line, or nothing in a trailer section. */
export interface StartLine {
  readonly done: boolean
  reset(): void
  /** Scans up to `end` and returns where it stopped; the head's first byte is at `base`, which may be negative. */
  scan(bytes: Uint8Array, base: number, from: number, end: number): number
  /** The error for a head whose limit is reached within this line. */
  tooLong(): HttpError
}

/**
 * Reads one head. A head within one chunk is never copied; one that straddles chunks is collected in a buffer that grows to at most
 * the limit and is let go with the head, so that an idle connection holds none.
 */
export class HeadReader<Line extends StartLine> {
  readonly line: Line
  readonly fields: FieldScanner
  readonly #maxBytes: number
  readonly #tooLarge: () => HttpError
  #bytes: Buffer | undefined
  #base = 0
  /** Bytes of the head seen so far. */
  #length = 0

  constructor(line: Line, limits: { maxBytes: number; maxHeaders: number; tooLarge: () => HttpError }) {
    this.line = line
    this.fields = new FieldScanner(limits.maxHeaders)
    this.#maxBytes = limits.maxBytes
    this.#tooLarge = limits.tooLarge
  }

  get begun(): boolean {
    return this.#length > 0
  }

  get done(): boolean {
    return this.fields.done
  }

  /** The head as it came. Aliases the last chunk, or the collected one: not to be kept past `reset()`. */
  get bytes(): Buffer {
    return this.#bytes!.subarray(this.#base, this.#base + this.#length)
  }

  text(): string {
    return this.#bytes!.toString('latin1', this.#base, this.#base + this.#length)
  }

  reset(): void {
    this.line.reset()
    this.fields.reset()
    this.#bytes = undefined
    this.#length = 0
  }

  /** Reads on from `from` and returns where it stopped: at the head's end if `done`, else at the chunk's. Throws an HttpError. */
  read(chunk: Buffer, from: number): number {
    const base = from - this.#length
    const end = Math.min(chunk.length, base + this.#maxBytes)
    let at = from
    if (!this.line.done) at = this.line.scan(chunk, base, at, end)
    if (this.line.done) at = this.fields.scan(chunk, base, at, end)
    this.#keep(chunk, from, at)
    if (!this.done && this.#length >= this.#maxBytes) throw this.line.done ? this.#tooLarge() : this.line.tooLong()
    return at
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    if (this.#length === 0 && this.done) {
      this.#bytes = chunk
      this.#base = from
    } else {
      const bytes = this.#withRoom(this.#length + to - from)
      chunk.copy(bytes, this.#length, from, to)
      this.#bytes = bytes
      this.#base = 0
    }
    this.#length += to - from
  }

  #withRoom(needed: number): Buffer {
    const held = this.#bytes
    if (held && held.length >= needed) return held
    const larger = Buffer.allocUnsafe(Math.min(this.#maxBytes, Math.max(1024, needed * 2)))
    held?.copy(larger, 0, 0, this.#length)
    return larger
  }
}

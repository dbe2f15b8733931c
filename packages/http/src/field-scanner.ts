import { COLON, CR, FIELD_VALUE, HTAB, LF, SP, skip, TOKEN } from './bytes.ts'
import { HttpError, showByte } from './errors.ts'

const LINE_START = 0
const NAME = 1
const PADDING = 2
const VALUE = 3
const LINE_FEED = 4
const LAST_LINE_FEED = 5

/** Offsets of more fields than most heads have are not kept for the next head. */
const KEPT_OFFSETS = 4 * 64

/**
 * Finds the fields of a head or trailer section, over any chunking: it remembers where it is, so no byte is looked at more than twice and
 * a bad one is refused the moment it is seen, however the bytes were cut.
 */
export class FieldScanner {
  /** Four offsets from the section's first byte for each field: name start, name end, value start, value end (with trailing whitespace). */
  readonly offsets: number[] = []
  /** Fields found. */
  count = 0
  done = false
  #phase = LINE_START
  readonly #maxHeaders: number

  constructor(maxHeaders: number) {
    this.#maxHeaders = maxHeaders
  }

  reset(): void {
    // A length of 0 would free the array, to be grown again by the next head.
    if (this.offsets.length > KEPT_OFFSETS) this.offsets.length = 0
    this.count = 0
    this.done = false
    this.#phase = LINE_START
  }

  /** Scans `bytes` from `from` up to `end` and returns where it stopped; the section's first byte is at `base`, which may be negative. */
  scan(bytes: Uint8Array, base: number, from: number, end: number): number {
    let at = this.#phase === LINE_START ? this.#scanWholeLines(bytes, base, from, end) : from
    while (at < end && !this.done) {
      switch (this.#phase) {
        case LINE_START:
          at = this.#startLine(bytes, base, at)
          break
        case NAME:
          at = this.#scanName(bytes, base, at, end)
          break
        case PADDING:
          at = this.#scanPadding(bytes, base, at, end)
          break
        case VALUE:
          at = this.#scanValue(bytes, base, at, end)
          break
        default:
          this.#endLine(bytes[at++]!)
      }
    }
    return at
  }

  /**
   * The same as the phases, for as long as whole lines without fault follow each other: nearly always, and in half the time.
   * Stops at the start of any other line, which the phases then read up to its cut or its fault.
   */
  #scanWholeLines(bytes: Uint8Array, base: number, from: number, end: number): number {
    const offsets = this.offsets
    const full = this.#maxHeaders * 4
    let next = this.count * 4
    let at = from
    while (next < full) {
      const nameEnd = skip(TOKEN, bytes, at, end)
      if (nameEnd === at || bytes[nameEnd] !== COLON) break
      let valueStart = nameEnd + 1
      while (bytes[valueStart] === SP || bytes[valueStart] === HTAB) valueStart++
      const valueEnd = skip(FIELD_VALUE, bytes, valueStart, end)
      if (valueEnd + 1 >= end || bytes[valueEnd] !== CR || bytes[valueEnd + 1] !== LF) break
      offsets[next] = at - base
      offsets[next + 1] = nameEnd - base
      offsets[next + 2] = valueStart - base
      offsets[next + 3] = valueEnd - base
      next += 4
      at = valueEnd + 2
    }
    this.count = next / 4
    return at
  }

  #startLine(bytes: Uint8Array, base: number, at: number): number {
    const byte = bytes[at]
    if (byte === CR) {
      this.#phase = LAST_LINE_FEED
      return at + 1
    }
    if (byte === SP || byte === HTAB) throw new HttpError('ERR_HTTP_FOLD', 'a header line starts with whitespace')
    if (this.count >= this.#maxHeaders) {
      throw new HttpError('ERR_HTTP_TOO_MANY_HEADERS', `more than maxHeaders ${this.#maxHeaders} header fields`)
    }
    this.offsets[this.count * 4] = at - base
    this.#phase = NAME
    return at
  }

  #scanName(bytes: Uint8Array, base: number, from: number, end: number): number {
    const at = skip(TOKEN, bytes, from, end)
    if (at === end) return at
    if (bytes[at] !== COLON || at - base === this.offsets[this.count * 4]) throw nameError(bytes[at])
    this.offsets[this.count * 4 + 1] = at - base
    this.#phase = PADDING
    return at + 1
  }

  #scanPadding(bytes: Uint8Array, base: number, from: number, end: number): number {
    let at = from
    while (at < end && (bytes[at] === SP || bytes[at] === HTAB)) at++
    if (at === end) return at
    this.offsets[this.count * 4 + 2] = at - base
    this.#phase = VALUE
    return at
  }

  #scanValue(bytes: Uint8Array, base: number, from: number, end: number): number {
    const at = skip(FIELD_VALUE, bytes, from, end)
    if (at === end) return at
    if (bytes[at] !== CR) throw valueError(bytes[at])
    this.offsets[this.count * 4 + 3] = at - base
    this.count++
    this.#phase = LINE_FEED
    return at + 1
  }

  #endLine(byte: number): void {
    if (byte !== LF) throw new HttpError('ERR_HTTP_LINE_END', `CR is followed by ${showByte(byte)}, not LF`)
    this.done = this.#phase === LAST_LINE_FEED
    this.#phase = LINE_START
  }
}

function nameError(byte: number | undefined): HttpError {
  if (byte === LF) return new HttpError('ERR_HTTP_LINE_END', 'a header line ends with LF without CR')
  if (byte === COLON) return new HttpError('ERR_HTTP_HEADER_NAME', 'a header name is empty')
  return new HttpError('ERR_HTTP_HEADER_NAME', `byte ${showByte(byte)} in a header name or before its colon`)
}

function valueError(byte: number | undefined): HttpError {
  if (byte === LF) return new HttpError('ERR_HTTP_LINE_END', 'a header line ends with LF without CR')
  return new HttpError('ERR_HTTP_HEADER_VALUE', `byte ${showByte(byte)} in a header value`)
}

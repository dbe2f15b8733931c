import { BACKSLASH, CR, EQUALS, FIELD_VALUE, HEX_VALUE, LF, QUOTE, QUOTED_TEXT, SEMICOLON, TOKEN } from './bytes.ts'
import { HttpError, showByte } from './errors.ts'

const SIZE = 0
const NAME_START = 1
const NAME = 2
const VALUE_START = 3
const VALUE = 4
const QUOTED = 5
const ESCAPE = 6
const QUOTED_END = 7
const LINE_FEED = 8

const MAX_DIGITS = 16

/**
 * Reads `chunk-size [chunk-ext] CRLF`, over any chunking. Extensions are checked against the grammar, without its optional
 * whitespace (llhttp refuses that too), and dropped. RFC 9112 §7.1
 */
export class ChunkSizeLine {
  size = 0
  done = false
  #phase = SIZE
  #digits = 0
  #extensionBytes = 0
  readonly #maxExtensionBytes: number

  constructor(maxExtensionBytes: number) {
    this.#maxExtensionBytes = maxExtensionBytes
  }

  /** Before each chunk; extension bytes go on counting over the body. */
  reset(): void {
    this.size = 0
    this.done = false
    this.#phase = SIZE
    this.#digits = 0
  }

  resetBody(): void {
    this.reset()
    this.#extensionBytes = 0
  }

  read(bytes: Uint8Array, from: number): number {
    let at = from
    while (at < bytes.length && !this.done) this.#take(bytes[at++]!)
    return at
  }

  #take(byte: number): void {
    if (this.#phase === SIZE) {
      if (HEX_VALUE[byte] !== 255) this.#takeDigit(HEX_VALUE[byte]!)
      else if (this.#digits === 0) throw sizeError(byte)
      else if (byte === CR) this.#phase = LINE_FEED
      else if (byte === SEMICOLON) this.#startExtension()
      else throw byte === LF ? lineEndError(byte) : sizeError(byte)
    } else if (this.#phase === LINE_FEED) {
      if (byte !== LF) throw lineEndError(byte)
      this.done = true
    } else {
      if (byte !== CR) this.#countExtensionByte()
      this.#phase = nextPhase(this.#phase, byte)
    }
  }

  #takeDigit(value: number): void {
    this.#digits++
    this.size = this.size * 16 + value
    if (this.#digits > MAX_DIGITS || this.size > Number.MAX_SAFE_INTEGER) {
      throw new HttpError(
        'ERR_HTTP_CHUNK_SIZE',
        `chunk size exceeds ${MAX_DIGITS} digits or ${Number.MAX_SAFE_INTEGER}`,
      )
    }
  }

  #startExtension(): void {
    this.#countExtensionByte()
    this.#phase = NAME_START
  }

  #countExtensionByte(): void {
    if (++this.#extensionBytes <= this.#maxExtensionBytes) return
    const bound = `maxChunkExtensionBytes ${this.#maxExtensionBytes}`
    throw new HttpError('ERR_HTTP_CHUNK_EXTENSION_TOO_LARGE', `chunk extensions of one body exceed ${bound}`)
  }
}

/** Where an extension goes on after `byte`: `;name`, `;name=token` or `;name="quoted"`. */
function nextPhase(phase: number, byte: number): number {
  switch (phase) {
    case NAME_START:
      if (TOKEN[byte] === 1) return NAME
      break
    case NAME:
      if (TOKEN[byte] === 1) return NAME
      if (byte === EQUALS) return VALUE_START
      return afterExtension(byte)
    case VALUE_START:
      if (byte === QUOTE) return QUOTED
      if (TOKEN[byte] === 1) return VALUE
      break
    case VALUE:
      return TOKEN[byte] === 1 ? VALUE : afterExtension(byte)
    case QUOTED:
      if (byte === QUOTE) return QUOTED_END
      if (byte === BACKSLASH) return ESCAPE
      if (QUOTED_TEXT[byte] === 1) return QUOTED
      break
    case ESCAPE:
      if (FIELD_VALUE[byte] === 1) return QUOTED
      break
    case QUOTED_END:
      return afterExtension(byte)
  }
  throw extensionError(byte)
}

function afterExtension(byte: number): number {
  if (byte === SEMICOLON) return NAME_START
  if (byte === CR) return LINE_FEED
  throw extensionError(byte)
}

function sizeError(byte: number): HttpError {
  return new HttpError('ERR_HTTP_CHUNK_SIZE', `byte ${showByte(byte)} in a chunk size`)
}

function extensionError(byte: number): HttpError {
  return new HttpError('ERR_HTTP_CHUNK_EXTENSION', `byte ${showByte(byte)} in a chunk extension`)
}

function lineEndError(byte: number): HttpError {
  return new HttpError('ERR_HTTP_LINE_END', `byte ${showByte(byte)} where a chunk size line ends`)
}

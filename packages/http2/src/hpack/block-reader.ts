import { compressionError } from './compression-error.ts'
import { huffmanDecode, huffmanRoom } from './huffman-decode.ts'

/** No index, length or size is larger: 2^31 - 1. */
const MAX_INTEGER = 0x7fff_ffff
/** So many bytes after the prefix hold any of them; zeros that make it longer are refused. */
const MAX_INTEGER_BYTES = 5

/** Of the first byte of a string. RFC 7541 §5.2 */
const HUFFMAN = 0x80

/** Longer strings are decoded into memory of their own. */
const SCRATCH_BYTES = 8192
let scratch: Buffer | undefined

/** The integers and strings of one block, in their order (RFC 7541 §5). Throws COMPRESSION_ERROR where the block ends before they do. */
export class BlockReader {
  readonly #block: Buffer
  readonly #end: number
  #at: number

  constructor(block: Buffer, start: number, end: number) {
    this.#block = block
    this.#at = start
    this.#end = end
  }

  get isAtEnd(): boolean {
    return this.#at === this.#end
  }

  /** The next byte, which stays the next; -1 at the end. */
  peek(): number {
    return this.#at < this.#end ? this.#block[this.#at]! : -1
  }

  byte(): number {
    if (this.#at === this.#end) throw compressionError('the field block is cut off')
    return this.#block[this.#at++]!
  }

  /** The integer whose prefix is the bits of `mask` in `first`, a byte that has been read. */
  integer(first: number, mask: number): number {
    const prefix = first & mask
    return prefix < mask ? prefix : this.#integerBeyond(mask)
  }

  string(): string {
    const first = this.byte()
    const length = this.integer(first, 0x7f)
    const start = this.#at
    const left = this.#end - start
    if (length > left) throw compressionError(`a string of ${length} bytes where ${left} are left`)
    this.#at = start + length
    return first < HUFFMAN
      ? this.#block.toString('latin1', start, this.#at)
      : huffmanString(this.#block, start, this.#at)
  }

  #integerBeyond(prefix: number): number {
    let value = prefix
    let weight = 1
    for (let count = 0; count < MAX_INTEGER_BYTES; count++) {
      const byte = this.byte()
      value += (byte & 0x7f) * weight
      weight *= 128
      if (byte >= 0x80) continue
      if (value > MAX_INTEGER) break
      return value
    }
    throw compressionError(`an integer above ${MAX_INTEGER} or of more than ${MAX_INTEGER_BYTES} bytes`)
  }
}

function huffmanString(block: Buffer, from: number, to: number): string {
  const room = huffmanRoom(to - from)
  scratch ??= Buffer.allocUnsafeSlow(SCRATCH_BYTES)
  const into = room <= SCRATCH_BYTES ? scratch : Buffer.allocUnsafeSlow(room)
  const length = huffmanDecode(block, from, to, into)
  if (length < 0) throw compressionError('a string is not encoded as RFC 7541 §5.2 says')
  return into.toString('latin1', 0, length)
}

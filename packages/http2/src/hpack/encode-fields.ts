import { huffmanEncode, huffmanLength } from './huffman-encode.ts'
import { staticIndexOf, staticNames, staticValues } from './static-table.ts'

/** RFC 7541 §6.1, §6.2.2 and §6.2.3: the first bits of a representation. */
const INDEXED = 0x80
const WITHOUT_INDEXING = 0x00
const NEVER_INDEXED = 0x10
/** RFC 7541 §5.2 */
const HUFFMAN = 0x80

/** By index of the static table, which names them all. RFC 7541 §7.1.3 */
const neverIndexed = new Uint8Array(staticNames.length)
for (const name of ['authorization', 'proxy-authorization', 'cookie', 'set-cookie'])
  neverIndexed[staticIndexOf(name)] = 1

/** More than the integers beside a string take. */
const OVERHEAD_BYTES = 8
/** Larger blocks are made in memory of their own. */
const SCRATCH_BYTES = 8192
let scratch: Buffer | undefined

/**
 * A field block that stands for itself, whatever was sent before: static table and literals, Huffman where it is shorter, nothing remembered by the peer. So it can
 * be made once and sent on any connection, as often as one likes. Fields of credentials are marked as never to be indexed (RFC 7541 §7.1.3).
 *
 * @param fields names (in lower case, pseudo fields first) and values in turn, latin1
 * @throws RangeError where a character is above U+00FF
 */
export function encodeFields(fields: readonly string[]): Buffer {
  const into = roomFor(fields)
  let at = 0
  for (let index = 0; index < fields.length; index += 2) at = writeField(fields[index]!, fields[index + 1]!, into, at)
  const block = Buffer.allocUnsafe(at)
  into.copy(block, 0, 0, at)
  return block
}

function roomFor(fields: readonly string[]): Buffer {
  let bytes = 0
  for (let index = 0; index < fields.length; index++) bytes += fields[index]!.length + OVERHEAD_BYTES
  scratch ??= Buffer.allocUnsafeSlow(SCRATCH_BYTES)
  return bytes <= SCRATCH_BYTES ? scratch : Buffer.allocUnsafeSlow(bytes)
}

function writeField(name: string, value: string, into: Buffer, at: number): number {
  const nameIndex = staticIndexOf(name)
  if (nameIndex === 0) {
    into[at] = WITHOUT_INDEXING
    return writeString(value, into, writeString(name, into, at + 1))
  }
  if (neverIndexed[nameIndex] === 1) {
    return writeString(value, into, writeInteger(nameIndex, NEVER_INDEXED, 0x0f, into, at))
  }
  for (let index = nameIndex; staticNames[index] === name; index++) {
    if (staticValues[index] === value) return writeInteger(index, INDEXED, 0x7f, into, at)
  }
  return writeString(value, into, writeInteger(nameIndex, WITHOUT_INDEXING, 0x0f, into, at))
}

/** RFC 7541 §5.2 */
function writeString(text: string, into: Buffer, at: number): number {
  const bytes = huffmanLength(text)
  if (bytes < text.length) return huffmanEncode(text, into, writeInteger(bytes, HUFFMAN, 0x7f, into, at))
  let next = writeInteger(text.length, 0, 0x7f, into, at)
  for (let index = 0; index < text.length; index++) into[next++] = text.charCodeAt(index)
  return next
}

/** RFC 7541 §5.1: `mask` has the bits of the first byte that are the integer's, `pattern` the others. */
function writeInteger(value: number, pattern: number, mask: number, into: Buffer, at: number): number {
  if (value < mask) {
    into[at] = pattern | value
    return at + 1
  }
  into[at] = pattern | mask
  let next = at + 1
  let rest = value - mask
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) into[next++] = (rest % 128) | 0x80
  into[next] = rest
  return next + 1
}

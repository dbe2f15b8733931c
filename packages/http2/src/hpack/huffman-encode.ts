import { codeLengths, codes } from './huffman-code.ts'

/**
 * How many bytes `text` takes when encoded.
 * @throws RangeError where a character is above U+00FF
 */
export function huffmanLength(text: string): number {
  let bits = 0
  let seen = 0
  for (let at = 0; at < text.length; at++) {
    const byte = text.charCodeAt(at)
    seen |= byte
    bits += codeLengths[byte & 0xff]!
  }
  if (seen > 0xff) throw new RangeError('a field has a character above U+00FF')
  return (bits + 7) >>> 3
}

/** Writes `text`, which is latin1, at `at`. Returns where it ends. */
export function huffmanEncode(text: string, into: Uint8Array, at: number): number {
  // The lowest `pending` bits of `held` are still to be written, 7 at most. Those above have been: writing a byte drops them.
  let held = 0
  let pending = 0
  for (let index = 0; index < text.length; index++) {
    const byte = text.charCodeAt(index)
    const code = codes[byte]!
    let length = codeLengths[byte]!
    const free = 8 - pending
    if (length < free) {
      held = (held << length) | code
      pending += length
      continue
    }
    length -= free
    into[at++] = (held << free) | (code >>> length)
    while (length >= 8) {
      length -= 8
      into[at++] = code >>> length
    }
    held = code
    pending = length
  }
  if (pending > 0) into[at++] = (held << (8 - pending)) | (0xff >> pending)
  return at
}

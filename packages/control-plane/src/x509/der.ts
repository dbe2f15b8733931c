/**
 * DER (X.690) as far as a certificate needs it. Values are written only; of what is read, no more is looked at than
 * where elements begin and end.
 */

/** One element: tag, length in the shortest form, content. */
function element(tag: number, ...content: Uint8Array[]): Buffer {
  const length = content.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([header(tag, length), ...content])
}

function header(tag: number, length: number): Buffer {
  if (length < 0x80) return Buffer.of(tag, length)
  const bytes = bigEndian(length)
  return Buffer.of(tag, 0x80 | bytes.length, ...bytes)
}

function bigEndian(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return bytes
}

export const sequence = (...content: Uint8Array[]): Buffer => element(0x30, ...content)
export const set = (...content: Uint8Array[]): Buffer => element(0x31, ...content)
export const octetString = (content: Uint8Array): Buffer => element(0x04, content)
export const utf8String = (text: string): Buffer => element(0x0c, Buffer.from(text))
export const boolean = (value: boolean): Buffer => element(0x01, Buffer.of(value ? 0xff : 0))

/** `[n]` around whole elements (explicit tagging). */
export const explicit = (tag: number, ...content: Uint8Array[]): Buffer => element(0xa0 | tag, ...content)

/** `[n]` in place of a primitive element's own tag (implicit tagging). */
export const implicit = (tag: number, content: Uint8Array): Buffer => element(0x80 | tag, content)

/** A number that is not negative, as big-endian bytes of any length. */
export function integer(bytes: Uint8Array): Buffer {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const digits = bytes.subarray(start)
  // A first bit of 1 would make it negative.
  return (digits[0] ?? 0) < 0x80 ? element(0x02, digits) : element(0x02, Buffer.of(0), digits)
}

export function bitString(content: Uint8Array, unusedBits = 0): Buffer {
  return element(0x03, Buffer.of(unusedBits), content)
}

/** From its dotted form. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return element(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(base128)))
}

function base128(arc: number): number[] {
  const bytes = [arc & 0x7f]
  for (let rest = arc >>> 7; rest > 0; rest >>>= 7) bytes.unshift(0x80 | (rest & 0x7f))
  return bytes
}

/** UTCTime to the end of 2049 and GeneralizedTime after it, in whole seconds (RFC 5280 §4.1.2.5). */
export function time(at: Date): Buffer {
  const digits = `${at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`
  return at.getUTCFullYear() < 2050 ? element(0x17, Buffer.from(digits.slice(2))) : element(0x18, Buffer.from(digits))
}

/** The elements inside one element, each whole. For DER that a library has parsed already: what is malformed gives nonsense, in bounds. */
export function elementsOf(der: Buffer): Buffer[] {
  const elements: Buffer[] = []
  const { contentAt, endAt } = extent(der, 0)
  for (let at = contentAt; at < endAt; ) {
    const { endAt: next } = extent(der, at)
    elements.push(der.subarray(at, next))
    at = next
  }
  return elements
}

function extent(der: Buffer, at: number): { contentAt: number; endAt: number } {
  const first = der[at + 1] ?? 0
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f
  const contentAt = at + 2 + lengthBytes
  const length = lengthBytes === 0 ? first : Number(`0x${der.toString('hex', at + 2, contentAt) || '0'}`)
  return { contentAt, endAt: Math.min(contentAt + length, der.length) }
}

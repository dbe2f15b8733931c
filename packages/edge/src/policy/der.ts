/** One element of a DER encoding (X.690): its tag, and what is in it. */
export interface DerElement {
  readonly tag: number
  readonly content: Buffer
}

export const Tag = { boolean: 1, octetString: 4, objectIdentifier: 6, sequence: 0x30, set: 0x31 } as const

/** The elements that follow each other in `bytes`. Throws a RangeError for what is not DER; a certificate that OpenSSL has read is. */
export function* derElements(bytes: Buffer): Iterable<DerElement> {
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes.readUInt8(at)
    let length = bytes.readUInt8(at + 1)
    let start = at + 2
    if (length > 0x80) {
      const lengthBytes = length & 0x7f
      if (lengthBytes > 4) throw new RangeError(`a length in ${lengthBytes} bytes`)
      length = bytes.readUIntBE(start, lengthBytes)
      start += lengthBytes
    }
    at = start + length
    if (at > bytes.length) throw new RangeError(`an element of ${length} bytes where ${bytes.length - start} are left`)
    yield { tag, content: bytes.subarray(start, at) }
  }
}

/** `2.5.4.3` */
export function objectIdentifier(content: Buffer): string {
  const arcs: number[] = []
  let arc = 0
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f)
    if (byte >= 0x80) continue
    arcs.push(arc)
    arc = 0
  }
  const [first = 0, ...rest] = arcs
  const root = Math.min(2, Math.floor(first / 40))
  return [root, first - root * 40, ...rest].join('.')
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeLengths, codes, EOS } from './huffman-code.ts'
import { huffmanDecode, huffmanRoom } from './huffman-decode.ts'
import { huffmanEncode, huffmanLength } from './huffman-encode.ts'

const bitsOf = (symbol: number) => codes[symbol]!.toString(2).padStart(codeLengths[symbol]!, '0')
const symbols = new Map(Array.from(codes, (_, symbol) => [bitsOf(symbol), symbol]))

/** Bit by bit, as RFC 7541 §5.2 says it. */
function decodeSlowly(bytes: Uint8Array): string | undefined {
  let text = ''
  let rest = ''
  for (const bit of Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')) {
    rest += bit
    const symbol = symbols.get(rest)
    if (symbol === EOS) return undefined
    if (symbol === undefined) continue
    text += String.fromCharCode(symbol)
    rest = ''
  }
  return rest.length <= 7 && /^1*$/.test(rest) ? text : undefined
}

function decode(bytes: Uint8Array): string | undefined {
  const into = Buffer.alloc(huffmanRoom(bytes.length))
  const length = huffmanDecode(bytes, 0, bytes.length, into)
  return length < 0 ? undefined : into.toString('latin1', 0, length)
}

function encode(text: string): Buffer {
  const into = Buffer.alloc(text.length * 4)
  return into.subarray(0, huffmanEncode(text, into, 0))
}

describe('the code', () => {
  it('is that of RFC 7541 Appendix B', () => {
    for (const [symbol, code, length] of [
      [0, 0x1ff8, 13],
      [1, 0x7fffd8, 23],
      [10, 0x3ffffffc, 30],
      [0x20, 0x14, 6],
      [0x30, 0x0, 5],
      [0x39, 0x1f, 6],
      [0x41, 0x21, 6],
      [0x5a, 0xfd, 8],
      [0x5c, 0x7fff0, 19],
      [0x61, 0x3, 5],
      [0x7a, 0x7b, 7],
      [0x7e, 0x1ffd, 13],
      [0x80, 0xfffe6, 20],
      [0xff, 0x3ffffee, 26],
      [EOS, 0x3fffffff, 30],
    ] as const) {
      expect([codes[symbol], codeLengths[symbol]]).toEqual([code, length])
    }
  })

  it('is complete, and no code begins another', () => {
    expect(codeLengths).toHaveLength(257)
    expect(codeLengths.reduce((sum, length) => sum + 2 ** (30 - length), 0)).toBe(2 ** 30)
    const sorted = [...symbols.keys()].sort()
    for (const [index, code] of sorted.entries()) expect(sorted[index + 1]?.startsWith(code) ?? false).toBe(false)
  })
})

describe('a string', () => {
  it('is encoded as its codes, with ones to the end of the byte', () => {
    for (let first = 0; first < 256; first++) {
      for (const second of [0, 10, 0x30, 0x61, 0x5c, 0x80, 0xff, first]) {
        const bits = bitsOf(first) + bitsOf(second) + bitsOf(first)
        const text = String.fromCharCode(first, second, first)
        const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1')
        expect(encode(text).toString('hex')).toBe(
          BigInt(`0b${padded}`)
            .toString(16)
            .padStart(padded.length / 4, '0'),
        )
        expect(huffmanLength(text)).toBe(padded.length / 8)
        expect(decode(encode(text))).toBe(text)
      }
    }
  })

  it('of random bytes is decoded, or refused, as bit by bit', () => {
    // Mostly ones, so that long codes and EOS come as well.
    const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0xff, 0xfe, 0xfc))
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 12 }), (bytes) => {
        expect(decode(Uint8Array.from(bytes))).toBe(decodeSlowly(Uint8Array.from(bytes)))
      }),
      { numRuns: 3000 },
    )
  })

  it('stays within its room when it is as dense as can be', () => {
    for (let length = 0; length < 20; length++) {
      const text = '0'.repeat(Math.floor((length * 8) / 5))
      const bytes = encode(text)
      expect(bytes.length).toBeLessThanOrEqual(length)
      const into = Buffer.alloc(64, 0xaa)
      expect(huffmanDecode(bytes, 0, bytes.length, into)).toBe(text.length)
      expect(into.subarray(huffmanRoom(bytes.length)).every((byte) => byte === 0xaa)).toBe(true)
    }
  })
})

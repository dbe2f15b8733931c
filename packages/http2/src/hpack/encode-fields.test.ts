import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { FieldDecoder } from './decoder.ts'
import { encodeFields } from './encode-fields.ts'

const createDecoder = () => new FieldDecoder({ maxTableBytes: 4096, maxListBytes: 2 ** 30, maxFields: 2 ** 30 })

const latin1 = (maxLength: number) =>
  fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)), maxLength })
const name = fc.oneof(fc.constantFrom(':status', 'date', 'server', 'cookie', 'set-cookie', 'x-a', 'via'), latin1(20))
const value = fc.oneof(fc.constantFrom('200', '404', '418', '', 'gzip, deflate'), fc.string(), latin1(300))

describe('a field', () => {
  test.each([
    ['of the static table', [':status', '200'], '88'],
    ['of the static table, not the first of its name', [':status', '500'], '8e'],
    ['of the static table, without a value', ['server', ''], 'b6'],
    ['of the static table, with a value', ['accept-encoding', 'gzip, deflate'], '90'],
    ['with a name of the static table', [':status', '302'], '08 82 6402'],
    ['with a name of the static table from 15 on', ['date', '0'], '0f12 01 30'],
    ['with a name of its own', ['custom-key', 'custom-value'], '00 88 25a849e95ba97d7f 89 25a849e95bb8e8b4bf'],
    ['that Huffman would not make shorter', ['x', '?'], '00 01 78 01 3f'],
    ['that Huffman makes shorter by a byte', ['x', '00'], '00 01 78 02 3030'],
    ['without a value', ['x', ''], '00 01 78 00'],
    ['of credentials: authorization', ['authorization', 'a'], '1f08 01 61'],
    ['of credentials: proxy-authorization', ['proxy-authorization', 'a'], '1f22 01 61'],
    ['of credentials: cookie', ['cookie', 'a'], '1f11 01 61'],
    ['of credentials: set-cookie', ['set-cookie', 'a'], '1f28 01 61'],
    ['of credentials without a value', ['set-cookie', ''], '1f28 00'],
  ])('%s', (_, fields, hex) => {
    expect(encodeFields(fields).toString('hex')).toBe(hex.replaceAll(' ', ''))
  })

  it('has a length of more than 126 bytes in several', () => {
    const value = '?'.repeat(1337)
    expect(encodeFields(['x', value]).toString('latin1')).toBe(`\0\x01x\x7f\xba\x09${value}`)
    // 7 bits each: 500 bytes of 4,000 bits, less than 572 of 8.
    const encoded = encodeFields(['x', 'B'.repeat(570)])
    expect(encoded.subarray(0, 6).toString('hex')).toBe('000178fff402')
    expect(encoded).toHaveLength(6 + 499)
  })

  it('with a character above U+00FF is refused', () => {
    for (const text of ['\u0100', '\u010a', 'a\u{1f600}']) {
      expect(() => encodeFields(['x', text])).toThrow(RangeError)
      expect(() => encodeFields([text, 'x'])).toThrow(RangeError)
    }
    expect(encodeFields(['x', '\xff'])).toHaveLength(5)
  })
})

describe('a block', () => {
  it('is what the decoder makes the same fields of', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
        const fields = pairs.flat()
        const block = encodeFields(fields)
        expect(createDecoder().decode(block, 0, block.length)).toEqual(fields)
      }),
      { numRuns: 1000 },
    )
  })

  it('may be large', () => {
    const fields = Array.from({ length: 400 }, (_, index) => [`x-${index}`, '\xff{0'.repeat(index)]).flat()
    const block = encodeFields(fields)
    expect(createDecoder().decode(block, 0, block.length)).toEqual(fields)
  })

  it('is not changed by the next one', () => {
    const first = encodeFields(['x', 'first'])
    const before = Buffer.from(first)
    encodeFields(['y', 'second'])
    expect(first).toEqual(before)
  })

  it('changes no table: a decoder gives the same array again', () => {
    const block = encodeFields([':status', '200', 'x', 'y', 'date', 'today', 'set-cookie', 'a=b'])
    const decoder = createDecoder()
    expect(decoder.decode(block, 0, block.length)).toBe(decoder.decode(block, 0, block.length))
  })
})

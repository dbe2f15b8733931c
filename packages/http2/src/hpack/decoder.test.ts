import { describe, expect, it, test } from 'vitest'
import { Http2Error } from '../errors.ts'
import { FieldDecoder, type FieldDecoderOptions } from './decoder.ts'
import { encodeFields } from './encode-fields.ts'

function createDecoder(options: Partial<FieldDecoderOptions> = {}): FieldDecoder {
  return new FieldDecoder({ maxTableBytes: 4096, maxListBytes: 65_536, maxFields: 100, ...options })
}

/** `hex` may have spaces. */
function decode(decoder: FieldDecoder, hex: string): readonly string[] {
  const block = Buffer.from(hex.replaceAll(' ', ''), 'hex')
  return decoder.decode(block, 0, block.length)
}

/** The dynamic table, newest first: every index from 62 on that is not refused. */
function tableOf(decoder: FieldDecoder): string[][] {
  const entries: string[][] = []
  for (let index = 62; ; index++) {
    try {
      entries.push([...decode(decoder, (0x80 | index).toString(16))])
    } catch (error) {
      expect(error).toBeInstanceOf(Http2Error)
      return entries
    }
  }
}

const hexOf = (text: string) => Buffer.from(text, 'latin1').toString('hex')

describe('RFC 7541 Appendix C', () => {
  it('C.1: integers', () => {
    for (const [hex, bytes] of [
      ['2a', 10],
      ['3f 9a 0a', 1337],
    ] as const) {
      const enough = createDecoder({ maxTableBytes: bytes })
      enough.settingsAcknowledged()
      expect(decode(enough, hex)).toEqual([])
      const tooSmall = createDecoder({ maxTableBytes: bytes - 1 })
      tooSmall.settingsAcknowledged()
      expect(() => decode(tooSmall, hex)).toThrow(`a table of ${bytes} bytes exceeds`)
    }
  })

  test.each([
    ['C.2.1', '40 0a 63757374 6f6d2d6b 6579 0d 63757374 6f6d2d68 65616465 72', ['custom-key', 'custom-header'], 1],
    ['C.2.2', '04 0c 2f73616d 706c652f 70617468', [':path', '/sample/path'], 0],
    ['C.2.3', '10 08 70617373776f7264 06 736563726574', ['password', 'secret'], 0],
    ['C.2.4', '82', [':method', 'GET'], 0],
  ])('%s: one field', (_, hex, fields, entries) => {
    const decoder = createDecoder()
    expect(decode(decoder, hex)).toEqual(fields)
    expect(tableOf(decoder)).toEqual(entries === 0 ? [] : [fields])
  })

  test.each([
    [
      'C.3: requests',
      '828684410f7777772e6578616d706c652e636f6d',
      '828684be58086e6f2d6361636865',
      '828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565',
    ],
    [
      'C.4: requests with Huffman',
      '828684418cf1e3c2e5f23a6ba0ab90f4ff',
      '828684be5886a8eb10649cbf',
      '828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf',
    ],
  ])('%s', (_, first, second, third) => {
    const decoder = createDecoder()
    const common = [':method', 'GET', ':scheme', 'http', ':path', '/', ':authority', 'www.example.com']
    expect(decode(decoder, first)).toEqual(common)
    expect(decode(decoder, second)).toEqual([...common, 'cache-control', 'no-cache'])
    expect(decode(decoder, third)).toEqual([
      ...[':method', 'GET', ':scheme', 'https', ':path', '/index.html', ':authority', 'www.example.com'],
      ...['custom-key', 'custom-value'],
    ])
    expect(tableOf(decoder)).toEqual([
      ['custom-key', 'custom-value'],
      ['cache-control', 'no-cache'],
      [':authority', 'www.example.com'],
    ])
  })

  test.each([
    [
      'C.5: responses and a table of 256 bytes',
      `4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d`,
      '4803333037c1c0bf',
      `88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31`,
    ],
    [
      'C.6: the same with Huffman',
      '488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3',
      '4883640effc1c0bf',
      `88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007`,
    ],
  ])('%s', (_, first, second, third) => {
    const decoder = createDecoder({ maxTableBytes: 256 })
    decoder.settingsAcknowledged()
    const [date, cacheControl] = [
      ['date', 'Mon, 21 Oct 2013 20:13:21 GMT'],
      ['cache-control', 'private'],
    ]
    const location = ['location', 'https://www.example.com']
    expect(decode(decoder, `3fe101${first}`)).toEqual([':status', '302', ...cacheControl!, ...date!, ...location])
    expect(decode(decoder, second)).toEqual([':status', '307', ...cacheControl!, ...date!, ...location])
    const later = ['date', 'Mon, 21 Oct 2013 20:13:22 GMT']
    const cookie = ['set-cookie', 'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1']
    expect(decode(decoder, third)).toEqual([
      ...[':status', '200', ...cacheControl!, ...later, ...location],
      ...['content-encoding', 'gzip', ...cookie],
    ])
    expect(tableOf(decoder)).toEqual([cookie, ['content-encoding', 'gzip'], later])
  })
})

describe('what is refused with COMPRESSION_ERROR', () => {
  test.each([
    ['index 0', '80', 'a field of index 0'],
    ['an index in an empty table', 'be', 'index 62 where the tables end at 61'],
    ['an index after the last entry', '40 01 61 01 62 bf', 'index 63 where the tables end at 62'],
    ['a name of an index after the last entry', '7f 00 01 61', 'index 63 where the tables end at 61'],
    ['a name of such an index without indexing', '0f 2f 01 61', 'index 62 where the tables end at 61'],
    ['a name of such an index never indexed', '1f 2f 01 61', 'index 62 where the tables end at 61'],
    ['the largest integer, as an index', 'ff 80 ff ff ff 07', 'index 2147483647 where the tables end at 61'],
    ['an integer of 2^31', 'ff 81 ff ff ff 07', 'an integer above 2147483647 or of more than 5 bytes'],
    ['an integer of 35 bits', 'ff ff ff ff ff 7f', 'an integer above 2147483647 or of more than 5 bytes'],
    ['an integer of 6 bytes', 'ff 80 80 80 80 80 00', 'an integer above 2147483647 or of more than 5 bytes'],
    ['an integer without its end', 'ff', 'the field block is cut off'],
    ['an integer whose last byte announces another', 'ff 80', 'the field block is cut off'],
    ['a literal without its name', '40', 'the field block is cut off'],
    ['a literal without its value', '40 01 61', 'the field block is cut off'],
    ['a literal with an indexed name and no value', '41', 'the field block is cut off'],
    ['a name that is cut off', '00 02 61', 'a string of 2 bytes where 1 are left'],
    ['a value that is cut off', '00 01 61 02 62', 'a string of 2 bytes where 1 are left'],
    ['a length that is cut off', '00 01 61 7f', 'the field block is cut off'],
    ['the longest string', '00 7f 80 ff ff ff 07', 'a string of 2147483647 bytes where 0 are left'],
    ['a string encoded with nothing but padding of 8 bits', '00 01 61 81 ff', 'a string is not encoded'],
    ['padding of 8 bits after a symbol of 8', '00 01 61 82 f8 ff', 'a string is not encoded'],
    ['padding of 11 bits', '00 01 61 82 07 ff', 'a string is not encoded'],
    ['padding of zeros', '00 01 61 81 00', 'a string is not encoded'],
    ['padding that ends in a zero', '00 01 61 81 06', 'a string is not encoded'],
    ['half a symbol of a long code', '00 01 61 81 fe', 'a string is not encoded'],
    ['EOS', '00 01 61 84 ff ff ff ff', 'a string is not encoded'],
    ['EOS with another symbol after it', '00 01 61 85 ff ff ff fc 1f', 'a string is not encoded'],
    ['a name with EOS', '00 84 ff ff ff ff 01 61', 'a string is not encoded'],
    ['a size update after a field', '82 20', 'a size update that is not at the beginning'],
    ['three size updates', '20 20 20', 'more than 2 size updates'],
    ['a size update that is cut off', '3f', 'the field block is cut off'],
    ['a table above headerTableBytes', '3f e2 1f', 'a table of 4097 bytes exceeds headerTableBytes 4096'],
    ['an entry that was dropped', '3f 03 40 01 61 01 62 40 01 63 01 64 bf', 'index 63 where the tables end at 62'],
  ])('%s', (_, hex, message) => {
    let thrown: unknown
    try {
      decode(createDecoder(), hex)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(Http2Error)
    expect(thrown).toMatchObject({ codeName: 'COMPRESSION_ERROR', message: expect.stringContaining(message) })
  })

  it('is refused as well where the list is too large already', () => {
    for (const rest of ['80', 'be', '00 01 61 81 ff', '00 01 61']) {
      expect(() => decode(createDecoder({ maxListBytes: 0 }), `82 ${rest}`)).toThrow(Http2Error)
    }
  })

  it('is a block without a size update once the peer has acknowledged a smaller table', () => {
    const decoder = createDecoder({ maxTableBytes: 100 })
    expect(decode(decoder, '40 01 61 01 62')).toEqual(['a', 'b'])
    expect(decode(decoder, 'be')).toEqual(['a', 'b'])
    decoder.settingsAcknowledged()
    expect(() => decode(decoder, 'be')).toThrow('no size update after headerTableBytes 100 was acknowledged')
    expect(() => decode(decoder, '3f 46 be')).toThrow('a table of 101 bytes exceeds headerTableBytes 100')
    expect(decode(decoder, '3f 45 be')).toEqual(['a', 'b'])
    expect(decode(decoder, 'be')).toEqual(['a', 'b'])
  })
})

describe('a block', () => {
  it('is only what lies between start and end', () => {
    const bytes = Buffer.from(`80${'82'}0001610162${'be80'}`, 'hex')
    expect(createDecoder().decode(bytes, 1, 7)).toEqual([':method', 'GET', 'a', 'b'])
    expect(() => createDecoder().decode(bytes, 1, 6)).toThrow('a string of 1 bytes where 0 are left')
  })

  it('may be empty, or update the size only', () => {
    expect(decode(createDecoder(), '')).toEqual([])
    expect(decode(createDecoder(), '20 3f e1 1f')).toEqual([])
  })

  it('may have empty strings, encoded or not', () => {
    expect(decode(createDecoder(), '00 00 00 00 80 80')).toEqual(['', '', '', ''])
  })

  it('may pad with none to 7 ones', () => {
    for (const [hex, text] of [
      ['81 f8', '&'],
      ['81 b9', ':'],
      ['81 53', ' '],
      ['81 07', '0'],
      ['83 00 44 0f', '0120'],
      ['82 50 1f', ' 0'],
      ['82 00 3f', '00'],
      ['83 00 2e 7f', '00:'],
    ] as const) {
      expect(decode(createDecoder(), `00 01 61 ${hex}`)).toEqual(['a', text])
    }
  })

  it('has integers with zeros that are not needed, within 5 bytes', () => {
    expect(decode(createDecoder(), `00 01 61 7f 80 80 80 80 00 ${'62'.repeat(127)}`)).toEqual(['a', 'b'.repeat(127)])
  })

  it('is read as latin1', () => {
    const all = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('')
    expect(decode(createDecoder(), `00 01 61 7f 81 01 ${hexOf(all)}`)).toEqual(['a', all])
  })

  it('may have an encoded string of any length', () => {
    const long = '0'.repeat(40_000)
    const block = encodeFields(['a', long])
    expect(block.length).toBeLessThan(26_000)
    expect(createDecoder().decode(block, 0, block.length)).toEqual(['a', long])
  })
})

describe('the table', () => {
  it('drops its oldest entries to stay within its size', () => {
    const decoder = createDecoder()
    decode(decoder, `3f 45 ${literal('a', '1')} ${literal('b', '2')}`)
    expect(tableOf(decoder)).toEqual([
      ['b', '2'],
      ['a', '1'],
    ])
    decode(decoder, literal('c', '3'))
    expect(tableOf(decoder)).toEqual([
      ['c', '3'],
      ['b', '2'],
    ])
    decode(decoder, '3f 24')
    expect(tableOf(decoder)).toEqual([['c', '3']])
    decode(decoder, '20 3f e1 1f')
    expect(tableOf(decoder)).toEqual([])
  })

  it('is emptied by an entry larger than itself', () => {
    const decoder = createDecoder()
    expect(decode(decoder, `3f 03 ${literal('a', '')} ${literal('b', '1')}`)).toEqual(['a', '', 'b', '1'])
    expect(tableOf(decoder)).toEqual([['b', '1']])
    expect(decode(decoder, literal('c', '234'))).toEqual(['c', '234'])
    expect(tableOf(decoder)).toEqual([])
  })

  it('lends a name to the entry that drops it', () => {
    const decoder = createDecoder()
    decode(decoder, `3f 45 ${literal('a', '1')} ${literal('b', '2')}`)
    expect(decode(decoder, '7f 00 01 33')).toEqual(['a', '3'])
    expect(tableOf(decoder)).toEqual([
      ['a', '3'],
      ['b', '2'],
    ])
  })

  it('holds as many of the smallest entries as fit', () => {
    const decoder = createDecoder()
    // 4,096 bytes are 128 entries of 32.
    decode(decoder, literal('', '').repeat(129))
    expect(decode(decoder, 'ff 3e')).toEqual(['', ''])
    expect(() => decode(decoder, 'ff 3f')).toThrow('index 190 where the tables end at 189')
    // One of 33 takes the place of two.
    decode(decoder, literal('a', ''))
    expect(decode(decoder, 'be')).toEqual(['a', ''])
    expect(decode(decoder, 'ff 3d')).toEqual(['', ''])
    expect(() => decode(decoder, 'ff 3e')).toThrow('index 189 where the tables end at 188')
  })

  it('may grow to headerTableBytes', () => {
    const decoder = createDecoder({ maxTableBytes: 8192 })
    decode(decoder, `3f e1 3f ${literal('a', '').repeat(200)}`)
    expect(decode(decoder, 'ff 86 01')).toEqual(['a', ''])
    expect(() => decode(decoder, '3f e2 3f')).toThrow('a table of 8193 bytes exceeds headerTableBytes 8192')
  })

  it('has 4,096 bytes until the peer knows of fewer', () => {
    const decoder = createDecoder({ maxTableBytes: 0 })
    decode(decoder, literal('a', '1'))
    expect(decode(decoder, 'be')).toEqual(['a', '1'])
    decoder.settingsAcknowledged()
    expect(decode(decoder, '20')).toEqual([])
    expect(tableOf(decoder)).toEqual([])
  })
})

describe('limits', () => {
  it('keeps a list that is exactly as large as allowed', () => {
    // :method GET counts 42, a: b 34.
    for (const [maxListBytes, exceeded] of [
      [76, undefined],
      [75, 'maxHeaderListBytes'],
    ] as const) {
      const decoder = createDecoder({ maxListBytes })
      expect(decode(decoder, '82 00 01 61 01 62')).toEqual(exceeded ? [] : [':method', 'GET', 'a', 'b'])
      expect(decoder.exceeded).toBe(exceeded)
    }
  })

  it('counts fields, and not the pseudo fields', () => {
    const decoder = createDecoder({ maxFields: 2 })
    expect(decode(decoder, '82 87 84 90 90')).toHaveLength(10)
    expect(decoder.exceeded).toBeUndefined()
    expect(decode(decoder, '82 87 84 90 90 90')).toEqual([])
    expect(decoder.exceeded).toBe('maxHeaders')
    expect(decode(decoder, '90 82 90')).toHaveLength(6)
    expect(decoder.exceeded).toBeUndefined()
  })

  it('names the limit that was exceeded first', () => {
    const fields = createDecoder({ maxFields: 1, maxListBytes: 200 })
    decode(fields, '90 90 90 90 90')
    expect(fields.exceeded).toBe('maxHeaders')
    const bytes = createDecoder({ maxFields: 4, maxListBytes: 64 })
    decode(bytes, '90 90 90 90 90')
    expect(bytes.exceeded).toBe('maxHeaderListBytes')
  })

  it('reads a list that is too large to its end: the tables agree afterwards', () => {
    const decoder = createDecoder({ maxFields: 1 })
    expect(decode(decoder, `90 90 ${literal('a', '1')} ${literal('b', '2')}`)).toEqual([])
    expect(decoder.exceeded).toBe('maxHeaders')
    expect(decode(decoder, 'be')).toEqual(['b', '2'])
    expect(decode(decoder, 'bf')).toEqual(['a', '1'])
  })
})

describe('a repeated block', () => {
  it('is the same array', () => {
    const decoder = createDecoder()
    const block = Buffer.from('82870001610162', 'hex')
    const fields = decoder.decode(block, 0, 7)
    expect(decoder.decode(block, 0, 7)).toBe(fields)
    const elsewhere = Buffer.concat([Buffer.from('zz'), block, Buffer.from('z')])
    expect(decoder.decode(elsewhere, 2, 9)).toBe(fields)
  })

  it('is the same array however long it is, up to 2 KiB', () => {
    for (const [length, isSame] of [
      [20, true],
      [200, true],
      [2040, true],
      [2048, false],
    ] as const) {
      const decoder = createDecoder()
      const block = encodeFields(['a', '\0'.repeat(length)])
      const fields = decoder.decode(block, 0, block.length)
      const again = decoder.decode(block, 0, block.length)
      expect(again).toEqual(fields)
      expect(again === fields).toBe(isSame)
    }
  })

  it('is read anew where a byte differs, or one is missing', () => {
    for (const value of ['b', 'b'.repeat(100)]) {
      const decoder = createDecoder()
      const block = Buffer.from(`0001${hexOf('a')}${value.length.toString(16).padStart(2, '0')}${hexOf(value)}`, 'hex')
      const fields = decoder.decode(block, 0, block.length)
      const other = Buffer.from(block)
      other[other.length - 1] = 0x63
      expect(decoder.decode(other, 0, other.length)).toEqual(['a', `${value.slice(1)}c`])
      expect(decoder.decode(block, 0, block.length)).toEqual(fields)
      expect(() => decoder.decode(block, 0, block.length - 1)).toThrow(Http2Error)
    }
  })

  it('does not keep the bytes that it was read from', () => {
    const decoder = createDecoder()
    const block = Buffer.from('0001610162', 'hex')
    const fields = decoder.decode(block, 0, 5)
    block[4] = 0x63
    expect(decoder.decode(block, 0, 5)).toEqual(['a', 'c'])
    expect(fields).toEqual(['a', 'b'])
  })

  it('is not the same array where the table has changed since', () => {
    const decoder = createDecoder()
    decode(decoder, literal('a', '1'))
    const fields = decode(decoder, 'be')
    expect(decode(decoder, 'be')).toBe(fields)
    decode(decoder, literal('b', '2'))
    expect(decode(decoder, 'be')).toEqual(['b', '2'])
    decode(decoder, '20')
    expect(() => decode(decoder, 'be')).toThrow(Http2Error)
  })

  it('is not the same array where it changes the table itself', () => {
    const decoder = createDecoder()
    const hex = `be ${literal('a', '2')}`
    decode(decoder, literal('a', '1'))
    expect(decode(decoder, hex)).toEqual(['a', '1', 'a', '2'])
    expect(decode(decoder, hex)).toEqual(['a', '2', 'a', '2'])
  })

  it('updates the size each time', () => {
    const decoder = createDecoder({ maxFields: 1 })
    decode(decoder, `3f 05 ${literal('a', '1')}`)
    decode(decoder, '3f 05 be')
    decode(decoder, '3f e1 1f be be')
    expect(decoder.exceeded).toBe('maxHeaders')
    decode(decoder, '3f 05 be')
    // 36 bytes hold one entry of 34.
    decode(decoder, literal('b', '2'))
    expect(tableOf(decoder)).toEqual([['b', '2']])
  })

  it('is refused where it lacks a size update by now', () => {
    const decoder = createDecoder({ maxTableBytes: 0 })
    decode(decoder, '82')
    decoder.settingsAcknowledged()
    expect(() => decode(decoder, '82')).toThrow('no size update')
  })

  it('exceeds what it exceeded before', () => {
    const decoder = createDecoder({ maxFields: 0 })
    const fields = decode(decoder, '82')
    for (let time = 0; time < 2; time++) {
      expect(decode(decoder, '90')).toEqual([])
      expect(decoder.exceeded).toBe('maxHeaders')
    }
    expect(decode(decoder, '82')).toBe(fields)
    expect(decoder.exceeded).toBeUndefined()
  })
})

/** With indexing, the name spelled out, as hex. */
function literal(name: string, value: string): string {
  const [nameLength, valueLength] = [name, value].map(({ length }) => length.toString(16).padStart(2, '0'))
  return `40${nameLength}${hexOf(name)}${valueLength}${hexOf(value)}`
}

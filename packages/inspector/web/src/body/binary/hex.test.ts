import { expect, test } from 'vitest'
import { hexRow, hexRowCount } from './hex.ts'

test('shows sixteen bytes with their offset and what of them is printable', () => {
  const bytes = new TextEncoder().encode('0123456789\r\nabcdé~')
  expect(hexRow(bytes, 0)).toEqual({
    offset: '00000000',
    hex: '30 31 32 33 34 35 36 37  38 39 0d 0a 61 62 63 64',
    ascii: '0123456789..abcd',
  })
  expect(hexRow(bytes, 1)).toEqual({ offset: '00000010', hex: 'c3 a9 7e', ascii: '..~' })
})

test('has a row for every byte and none for no bytes', () => {
  expect([0, 1, 16, 17].map((length) => hexRowCount(new Uint8Array(length)))).toEqual([0, 1, 1, 2])
})

import { expect, test } from 'vitest'
import { MAX_PROTOBUF_FIELDS, protobufFields } from './protobuf.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

test('reads numbers, text and messages of the examples that the encoding guide gives', () => {
  expect(protobufFields(bytes('089601'))).toEqual([
    { number: 1, wire: 'varint', value: { kind: 'number', text: '150' } },
  ])
  expect(protobufFields(bytes('120774657374696e67'))).toEqual([
    { number: 2, wire: 'length', value: { kind: 'string', text: 'testing' } },
  ])
  expect(protobufFields(bytes('1a03089601'))).toEqual([
    {
      number: 3,
      wire: 'length',
      value: { kind: 'message', fields: [{ number: 1, wire: 'varint', value: { kind: 'number', text: '150' } }] },
    },
  ])
})

test('shows a negative number both ways', () => {
  expect(protobufFields(bytes('08feffffffffffffffff01'))?.[0]?.value).toEqual({
    kind: 'number',
    text: '18446744073709551614',
    also: '-2',
  })
})

test('shows a fixed number as an integer and as a real one', () => {
  expect(protobufFields(bytes('0d0000c03f'))?.[0]?.value).toEqual({ kind: 'number', text: '1069547520', also: '1.5' })
  expect(protobufFields(bytes('09000000000000f83f'))?.[0]?.value).toMatchObject({ also: '1.5' })
})

test('shows as bytes what is neither text nor a message', () => {
  expect(protobufFields(bytes('0a02ff00'))?.[0]?.value).toEqual({ kind: 'bytes', bytes: bytes('ff00') })
})

test('refuses what is no message', () => {
  for (const hex of ['08', '00', '0a05aa', '0f', '0b', '08ffffffffffffffffffff01', '0d000000']) {
    expect([hex, protobufFields(bytes(hex))]).toEqual([hex, undefined])
  }
})

test('gives up on a message of too many fields', () => {
  expect(protobufFields(bytes('0801'.repeat(MAX_PROTOBUF_FIELDS)))).toHaveLength(MAX_PROTOBUF_FIELDS)
  expect(protobufFields(bytes('0801'.repeat(MAX_PROTOBUF_FIELDS + 1)))).toBeUndefined()
})

import { expect, test } from 'vitest'
import { bitString, elementsOf, integer, objectIdentifier, octetString, sequence, time } from './der.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

test('writes a length in as few bytes as it needs', () => {
  expect(hex(octetString(Buffer.alloc(127)).subarray(0, 2))).toBe('047f')
  expect(hex(octetString(Buffer.alloc(128)).subarray(0, 3))).toBe('048180')
  expect(hex(octetString(Buffer.alloc(256)).subarray(0, 4))).toBe('04820100')
})

test('writes a number without needless zeros and never as a negative one', () => {
  expect(hex(integer(Buffer.of(0)))).toBe('020100')
  expect(hex(integer(Buffer.of(0, 0, 5)))).toBe('020105')
  expect(hex(integer(Buffer.of(0x80)))).toBe('02020080')
})

test('writes object identifiers in base 128', () => {
  // X.690 §8.19.5 and the arcs of RSA and ECDSA.
  expect(hex(objectIdentifier('2.999.3'))).toBe('0603883703')
  expect(hex(objectIdentifier('1.2.840.113549'))).toBe('06062a864886f70d')
  expect(hex(objectIdentifier('1.2.840.10045.4.3.2'))).toBe('06082a8648ce3d040302')
})

test('writes two digits of the year until 2049 and four from 2050', () => {
  expect(time(new Date('2049-12-31T23:59:59.999Z')).subarray(2).toString()).toBe('491231235959Z')
  expect(time(new Date('2050-01-01T00:00:00Z')).subarray(2).toString()).toBe('20500101000000Z')
})

test('finds the elements inside an element', () => {
  const parts = [integer(Buffer.alloc(200, 1)), bitString(Buffer.of(6), 1), sequence()]
  expect(elementsOf(sequence(...parts)).map(hex)).toEqual(parts.map(hex))
})

test('stays within the bytes of an element cut short', () => {
  const whole = sequence(octetString(Buffer.alloc(300)), integer(Buffer.of(1)))
  for (let length = 0; length < whole.length; length++) {
    const found = Buffer.concat(elementsOf(whole.subarray(0, length)))
    expect(found.length).toBeLessThanOrEqual(length)
  }
})

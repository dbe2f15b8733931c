import { expect, test } from 'vitest'
import { derElements, objectIdentifier } from './der.ts'
import { distinguishedName } from './distinguished-name.ts'

const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(tag, content.length), content])
}
const attribute = (oid: number[], tag: number, value: Buffer): Buffer =>
  der(0x30, der(6, Buffer.from(oid)), der(tag, value))
const UTF8 = 12
const BMP = 30
const name = Buffer.concat([
  der(0x31, attribute([0x55, 4, 6], 19, Buffer.from('DE'))),
  der(0x31, attribute([0x55, 4, 10], UTF8, Buffer.from('Müller, Söhne'))),
  der(0x31, attribute([0x55, 4, 11], UTF8, Buffer.from('one')), attribute([0x55, 4, 11], UTF8, Buffer.from('two'))),
  der(0x31, attribute([0x55, 4, 3], BMP, Buffer.from('\0a\0b', 'latin1'))),
])

test('a name is written as RFC 2253 has it, with its parts', () => {
  expect(distinguishedName(name)).toEqual({
    text: 'CN=ab,OU=one+OU=two,O=Müller\\, Söhne,C=DE',
    commonName: 'ab',
    country: ['DE'],
    organization: ['Müller, Söhne'],
    organizationalUnit: ['one', 'two'],
  })
})

test('an attribute that nobody knows is named by its identifier', () => {
  const unknown = der(0x31, attribute([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1], 22, Buffer.from('a@b')))
  expect(distinguishedName(unknown).text).toBe('1.2.840.113549.1.9.1=a@b')
})

test.each([
  [[0x2a, 0x03], '1.2.3'],
  [[0x55, 0x1d, 0x11], '2.5.29.17'],
  [[0x88, 0x37, 0x03], '2.999.3'],
])('%j is %s', (bytes, text) => expect(objectIdentifier(Buffer.from(bytes))).toBe(text))

test.each([
  ['longer than what is there', Buffer.of(4, 5, 1)],
  ['of an absurd length', Buffer.of(4, 0x85, 1, 1, 1, 1, 1)],
])('an element %s is refused', (_what, bytes) => expect(() => [...derElements(bytes)]).toThrow(RangeError))

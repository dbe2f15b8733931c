import { expect, test } from 'vitest'
import { bodyKind, decodeText } from './body-kind.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

test('goes by the content type', () => {
  const cases: [type: string, kind: string][] = [
    ['application/json; charset=utf-8', 'json'],
    ['application/problem+json', 'json'],
    ['application/xml', 'xml'],
    ['application/atom+xml', 'xml'],
    ['image/svg+xml', 'image'],
    ['application/x-www-form-urlencoded', 'form'],
    ['multipart/form-data; boundary=x', 'multipart'],
    ['application/x-protobuf', 'protobuf'],
    ['text/html', 'text'],
    ['application/xhtml+xml', 'text'],
    ['application/javascript', 'text'],
  ]
  expect(cases.map(([type]) => [type, bodyKind(type, bytes('x'))])).toEqual(cases)
})

test('goes by the bytes where the type says nothing', () => {
  expect(bodyKind('', bytes(' {"a":1}'))).toBe('json')
  expect(bodyKind('', bytes('hello'))).toBe('text')
  expect(bodyKind('application/octet-stream', bytes('hello'))).toBe('text')
  expect(bodyKind('application/octet-stream', new Uint8Array([0, 1]))).toBe('binary')
  expect(bodyKind('', new Uint8Array([0xff, 0xfe]))).toBe('binary')
  expect(bodyKind('', bytes('é').subarray(0, 1))).toBe('text')
  expect(bodyKind('application/json', bytes(''))).toBe('empty')
})

test('shows as bytes what claims to be text and is none', () => {
  expect(bodyKind('application/json', new Uint8Array([0x1f, 0x8b, 8, 0]))).toBe('binary')
  expect(bodyKind('text/plain', new Uint8Array([0xe9]))).toBe('text')
  expect(bodyKind('text/plain; charset=utf-16le', new Uint8Array([0x61, 0]))).toBe('text')
})

test('reads text in its charset, and in UTF-8 where it is not known', () => {
  expect(decodeText('text/plain; charset="iso-8859-1"', new Uint8Array([0xe9]))).toBe('é')
  expect(decodeText('text/plain; charset=none-such', bytes('é'))).toBe('é')
})

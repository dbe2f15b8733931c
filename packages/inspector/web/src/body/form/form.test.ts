import { describe, expect, test } from 'vitest'
import { requestCookies, setCookie } from './cookies.ts'
import { boundaryOf, fieldText, multipartParts } from './multipart.ts'
import { queryParameters, urlEncodedParameters } from './parameters.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('queries and forms', () => {
  test('are decoded, with plus as a space', () => {
    expect(queryParameters('/a?x=1&y=a+b%20c&x=%C3%A9&flag&=v&')).toEqual([
      ['x', '1'],
      ['y', 'a b c'],
      ['x', 'é'],
      ['flag', ''],
      ['', 'v'],
    ])
  })

  test('keep what is no percent-encoding', () => {
    expect(urlEncodedParameters('a=100%&b=%zz')).toEqual([
      ['a', '100%'],
      ['b', '%zz'],
    ])
  })

  test('are none where there is no question mark', () => {
    expect(queryParameters('/a&b=c')).toEqual([])
  })
})

describe('cookies', () => {
  test('of a request are pairs', () => {
    expect(requestCookies('a=1; b=x=y;  c ;')).toEqual([
      ['a', '1'],
      ['b', 'x=y'],
      ['c', ''],
    ])
  })

  test('that are set have attributes', () => {
    expect(setCookie('id=a=b; Path=/; HttpOnly; Max-Age=3')).toEqual({
      name: 'id',
      value: 'a=b',
      attributes: [
        ['Path', '/'],
        ['HttpOnly', ''],
        ['Max-Age', '3'],
      ],
    })
  })
})

describe('multipart', () => {
  const body = [
    'a preamble that nobody reads',
    '--b',
    'Content-Disposition: form-data; name="field"',
    '',
    'one\r\ntwo',
    '--b',
    'content-disposition: form-data; name="file"; filename="a %22b%22.png"',
    'Content-Type: image/png',
    '',
    '\x89PNG--b',
    '--b--',
    'epilogue',
  ].join('\r\n')

  test('is read into fields and files', () => {
    const parts = multipartParts(bytes(body), 'b')
    expect(parts.map(({ body: content, ...head }) => ({ ...head, length: content.length }))).toEqual([
      { name: 'field', length: 8 },
      { name: 'file', fileName: 'a "b".png', contentType: 'image/png', length: bytes('\x89PNG--b').length },
    ])
    expect(fieldText(parts[0]!)).toBe('one\r\ntwo')
  })

  test('gives the last part of a truncated body as far as it goes', () => {
    expect(multipartParts(bytes('--b\r\nContent-Disposition: form-data; name=x\r\n\r\nabc'), 'b')).toEqual([
      { name: 'x', body: bytes('abc') },
    ])
  })

  test('has a part without a head, and an empty one', () => {
    expect(multipartParts(bytes('--b\r\n\r\nabc\r\n--b\r\n\r\n\r\n--b--'), 'b')).toEqual([
      { name: '', body: bytes('abc') },
      { name: '', body: bytes('') },
    ])
  })

  test('is nothing where the boundary is not found', () => {
    expect(multipartParts(bytes('abc'), 'b')).toEqual([])
    expect(multipartParts(bytes('--b'), 'b')).toEqual([])
  })

  test('knows its boundary from the content type', () => {
    expect(boundaryOf('multipart/form-data; boundary="a b"; x=y')).toBe('a b')
    expect(boundaryOf('multipart/mixed;Boundary=ab;x=y')).toBe('ab')
    expect(boundaryOf('text/plain')).toBeUndefined()
  })
})

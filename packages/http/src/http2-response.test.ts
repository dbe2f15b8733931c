import { expect, test } from 'vitest'
import type { ResponseHead } from './head.ts'
import { http2Names, http2ResponseFields } from './http2-response.ts'

function head(headers: string[], facts: Partial<ResponseHead> = {}): ResponseHead {
  return {
    status: 200,
    reason: 'OK',
    minorVersion: 1,
    headers,
    framing: 'none',
    contentLength: 0,
    keepAlive: true,
    upgrade: undefined,
    bodyless: false,
    ...facts,
  }
}

test('the status comes first, then the fields in their order, duplicates kept, names in lower case', () => {
  const fields = ['Set-Cookie', 'a=1', 'ETag', '"X"', 'Set-Cookie', 'b=2']
  expect(http2ResponseFields(head(fields, { framing: 'chunked', status: 201 }))).toEqual([
    ':status',
    '201',
    'set-cookie',
    'a=1',
    'etag',
    '"X"',
    'set-cookie',
    'b=2',
  ])
})

test('drops what belongs to the HTTP/1.1 connection, what Connection names, and forged error codes; a list of trailers stays', () => {
  const ofConnection = ['Connection', 'X-Hop', 'X-Hop', '1', 'Keep-Alive', 'timeout=5', 'Transfer-Encoding', 'chunked']
  const forged = ['Tunnel-Error-Code', 'ERR_TUNNEL_3200', 'ngrok-error-code', 'ERR_NGROK_3200']
  const fields = [...ofConnection, 'Upgrade', 'h2c', ...forged, 'Trailer', 'x-sum']
  expect(http2ResponseFields(head(fields, { framing: 'chunked' }))).toEqual([':status', '200', 'trailer', 'x-sum'])
})

test.each<[what: string, headers: string[], facts: Partial<ResponseHead>, length: string | undefined]>([
  ['a length', ['Content-Length', '5'], { framing: 'length', contentLength: 5 }, '5'],
  ['a length that has changed', ['Content-Length', '5'], { framing: 'length', contentLength: 7 }, '7'],
  ['a length that was not said', [], { framing: 'length', contentLength: 7 }, '7'],
  ['nothing', ['Content-Length', '0'], {}, '0'],
  ['a body that is not sent', ['Content-Length', '9'], { bodyless: true }, '9'],
  ['204', ['Content-Length', '0'], { bodyless: true, status: 204 }, undefined],
  ['chunks', [], { framing: 'chunked' }, undefined],
  ['the end of the connection', [], { framing: 'close' }, undefined],
])('says how long a body is by %s', (_, headers, facts, length) => {
  const fields = http2ResponseFields(head(headers, facts))
  expect(fields.slice(2)).toEqual(length === undefined ? [] : ['content-length', length])
})

test("maps Location back, and ends with the proxy's own fields", () => {
  const locationRewrite = { fromHost: 'app.internal', toOrigin: 'https://a.example' }
  const added = ['Tunnel-Error-Code', 'ERR_TUNNEL_3004']
  expect(http2ResponseFields(head(['Location', 'http://app.internal/x']), { locationRewrite, added })).toEqual([
    ':status',
    '200',
    'location',
    'https://a.example/x',
    'tunnel-error-code',
    'ERR_TUNNEL_3004',
  ])
})

test('lowers names and leaves values', () => {
  expect(http2Names(['X-A', 'B', 'c', 'D'])).toEqual(['x-a', 'B', 'c', 'D'])
})

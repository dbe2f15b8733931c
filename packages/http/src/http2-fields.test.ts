import { expect, test } from 'vitest'
import { http2Fields } from './http2-fields.ts'

test('lowers names and drops what belongs to the HTTP/1.1 connection', () => {
  const fields = ['Connection', 'keep-alive, X-Hop', 'X-Hop', '1', 'Keep-Alive', 'timeout=5', 'TE', 'trailers']
  expect(http2Fields([...fields, 'Transfer-Encoding', 'chunked', 'Upgrade', 'h2c', 'ETag', '"x"'])).toEqual({
    etag: '"x"',
  })
})

test('joins repeated fields, each as its kind is joined', () => {
  const fields = [
    'Accept',
    'a',
    'accept',
    'b',
    'Cookie',
    'a=1',
    'cookie',
    'b=2',
    'Set-Cookie',
    'c=3',
    'Set-Cookie',
    'd=4',
  ]
  expect(http2Fields(fields)).toEqual({ accept: 'a, b', cookie: 'a=1; b=2', 'set-cookie': ['c=3', 'd=4'] })
})

test('announces trailers as before', () => {
  expect(http2Fields(['Trailer', 'grpc-status'])).toEqual({ trailer: 'grpc-status' })
})

test('takes a field for a field, whatever objects inherit', () => {
  const fields = http2Fields(['__proto__', '1', 'Constructor', '2'])
  expect(Object.entries(fields)).toEqual([
    ['__proto__', '1'],
    ['constructor', '2'],
  ])
})

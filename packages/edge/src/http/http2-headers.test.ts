import { expect, test } from 'vitest'
import { http2Headers } from './http2-headers.ts'

test('lowers names, keeps repeated fields apart and drops what belongs to the HTTP/1.1 connection', () => {
  const fields = [
    'Set-Cookie',
    'a=1',
    'Set-Cookie',
    'b=2',
    'Connection',
    'keep-alive, X-Hop',
    'X-Hop',
    '1',
    'Keep-Alive',
    'timeout=5',
  ]
  expect(http2Headers(200, [...fields, 'Transfer-Encoding', 'chunked', 'ETag', '"x"'])).toEqual({
    ':status': 200,
    'set-cookie': ['a=1', 'b=2'],
    etag: '"x"',
  })
})

test("drops an upstream's error code", () => {
  expect(http2Headers(200, ['Tunnel-Error-Code', 'ERR_TUNNEL_3200', 'NGROK-Error-Code', 'x'])).toEqual({
    ':status': 200,
  })
})

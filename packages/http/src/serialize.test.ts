import { expect, test } from 'vitest'
import { bytesOf, readRequests, readResponses } from '../test/reading.ts'
import { chunkHead, LAST_CHUNK, serializeRequestHead, serializeResponseHead, serializeTrailers } from './index.ts'

const body = `${chunkHead(3)}abc\r\n${chunkHead(26)}${'x'.repeat(26)}\r\n`

test('a request is read back as it was written', () => {
  const headers = ['Host', 'a', 'Transfer-Encoding', 'chunked', 'X', '']
  const text = serializeRequestHead('POST', '/x', headers) + body + LAST_CHUNK
  expect(readRequests([bytesOf(text)]).messages).toMatchObject([
    {
      head: { method: 'POST', target: '/x', headers },
      body: `abc${'x'.repeat(26)}`,
      trailers: undefined,
      complete: true,
    },
  ])
})

test('a response is read back as it was written, trailers included', () => {
  const text =
    serializeResponseHead(200, 'OK', ['Transfer-Encoding', 'chunked']) + body + serializeTrailers(['A', '1', 'B', '2'])
  expect(readResponses([bytesOf(text)]).messages).toMatchObject([
    { head: { status: 200, reason: 'OK' }, trailers: ['A', '1', 'B', '2'], complete: true },
  ])
})

import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { RequestDecoder, ResponseDecoder } from '../src/index.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const fields = 'Host: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: 1\r\n\r\n'
const lengthFields = 'Host: a\r\nContent-Length: 2\r\n\r\nhi'

test.each([
  ['a length', lengthFields],
  ['chunks and trailers', fields],
])('an idle decoder does not pin the chunk that its last message came in: %s', async (_, rest) => {
  const requests = new RequestDecoder({ onHead() {}, onBody() {}, onEnd: () => requests.next(), onError() {} })
  const responses = new ResponseDecoder({ onInformational() {}, onHead() {}, onBody() {}, onEnd() {}, onError() {} })
  responses.expect('GET', false)
  const memory = [
    feed(`POST / HTTP/1.1\r\n${rest}`, (chunk) => requests.write(chunk)),
    feed(`HTTP/1.1 200 OK\r\n${rest}`, (chunk) => responses.write(chunk)),
  ]
  // A WeakRef keeps its target until the job that made it ends.
  await setImmediate()
  collectGarbage()
  expect([requests.state, responses.state]).toEqual(['idle', 'idle'])
  expect(memory.map((reference) => reference.deref())).toEqual([undefined, undefined])
})

/** Writes the bytes as one chunk with memory of its own, and forgets it. */
function feed(text: string, write: (chunk: Buffer) => void): WeakRef<ArrayBufferLike> {
  const chunk = Buffer.alloc(text.length, text, 'latin1')
  write(chunk)
  return new WeakRef(chunk.buffer)
}

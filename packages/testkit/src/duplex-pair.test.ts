import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { createDuplexPair } from './duplex-pair.ts'

test('carries bytes both ways and closes each way by itself', async () => {
  const [left, right] = createDuplexPair()
  left.end('ping')
  expect((await buffer(right)).toString()).toBe('ping')
  right.end('pong')
  expect((await buffer(left)).toString()).toBe('pong')
})

test('stops the writer when the reader does not read', () => {
  const [left] = createDuplexPair({ highWaterMark: 16 })
  expect(left.write(Buffer.alloc(64))).toBe(false)
})

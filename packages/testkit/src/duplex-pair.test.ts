import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { createDuplexPair } from './duplex-pair.ts'

/** Everything up to the other side's end. (`for await` would destroy the end that is still to be written.) */
async function readAll(end: Duplex): Promise<string> {
  let text = ''
  end.on('data', (chunk) => {
    text += chunk
  })
  await once(end, 'end')
  return text
}

test('carries bytes both ways and closes each way by itself', async () => {
  const [left, right] = createDuplexPair()
  left.end('ping')
  expect(await readAll(right)).toBe('ping')
  right.end('pong')
  expect(await readAll(left)).toBe('pong')
})

test('stops the writer when the reader does not read', () => {
  const [left] = createDuplexPair({ highWaterMark: 16 })
  expect(left.write(Buffer.alloc(64))).toBe(false)
})

import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { writeMemory } from './write-memory.ts'

const idle = (): Writable => new Writable({ write: (_chunk, _encoding, callback) => callback() })

function busy(): Writable {
  const out = new Writable({ write() {} })
  out.write('waits')
  return out
}

test('parts of a block have the size that was asked for and share no byte', () => {
  const out = idle()
  const parts = Array.from({ length: 500 }, (_, i) => writeMemory(out, 1 + ((i * 37) % 4096)).fill(i % 251))
  for (const [i, part] of parts.entries()) {
    expect(part.length).toBe(1 + ((i * 37) % 4096))
    expect(part.every((byte) => byte === i % 251)).toBe(true)
  }
  const blocks = new Set(parts.map(({ buffer }) => buffer))
  expect(blocks.size).toBeLessThan(20)
})

test('a large write, and one behind others that wait, hold no block', () => {
  const { buffer: shared } = writeMemory(idle(), 10)
  expect(writeMemory(idle(), 5000).buffer).not.toBe(shared)
  expect(writeMemory(busy(), 10).buffer).not.toBe(shared)
  expect(writeMemory(idle(), 10).buffer).toBe(shared)
})

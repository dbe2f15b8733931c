import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { GatheredWriter, writeBuffers } from './gathered-writer.ts'
import { MAX_UNSENT_BYTES } from './unsent.ts'

/** Keeps every write call apart, by reference. `hold` finishes none before `release`. */
function recorder(options: { hold: boolean } = { hold: false }) {
  const writes: Buffer[] = []
  const held: (() => void)[] = []
  const out = new Writable({
    write(chunk, _encoding, callback) {
      writes.push(chunk)
      if (options.hold) held.push(callback)
      else callback()
    },
  })
  return { out, writes, release: () => held.shift()?.() }
}

test('writes a small answer as one buffer', () => {
  const { out, writes } = recorder()
  const writer = new GatheredWriter(out)
  writer.push('HTTP/1.1 200 OK\r\n\r\n')
  writer.push(Buffer.from('body \xe9', 'latin1'))
  expect(writes).toEqual([])
  expect(writer.flush()).toBe(true)
  expect(writes.map((chunk) => chunk.toString('latin1'))).toEqual(['HTTP/1.1 200 OK\r\n\r\nbody \xe9'])
  expect(writer.pendingBytes).toBe(0)
})

test.each([1, 1000, 20_000, 64 * 1024, 130_000, 300_000])(
  'of %d bytes refers to none after its flush, and to none before it once they are settled',
  (bytes) => {
    for (const isSettled of [false, true]) {
      const { out, writes } = recorder({ hold: true })
      const writer = new GatheredWriter(out)
      const part = Buffer.alloc(bytes, 'a')
      const second = Buffer.alloc(10, 'b')
      writer.push('head ')
      writer.push(part)
      if (isSettled) {
        writer.settle()
        part.fill('x')
      }
      writer.push(second)
      expect(writer.pendingBytes).toBe(bytes + 15)
      writer.flush()
      part.fill('x')
      second.fill('x')
      expect(writes.map(String)).toEqual([`head ${'a'.repeat(bytes)}${'b'.repeat(10)}`])
    }
  },
)

test('a body alone is not written by reference either', () => {
  const { out, writes } = recorder({ hold: true })
  const writer = new GatheredWriter(out)
  const part = Buffer.from('body')
  writer.push(part)
  writer.flush()
  part.fill('x')
  expect(writes.map(String)).toEqual(['body'])
})

test('parts that come between two settlings stay in order', () => {
  const { out, writes } = recorder()
  const writer = new GatheredWriter(out)
  let expected = ''
  for (let at = 0; at < 100; at++) {
    const part = Buffer.from(`${at};`.repeat(at))
    expected += `${at}:${part}`
    writer.push(`${at}:`)
    writer.push(part)
    if (at % 3 === 0) writer.settle()
  }
  writer.flush()
  expect(writes.map(String)).toEqual([expected])
})

test('a large batch is written in a buffer that is used again once it has left, and not before', () => {
  const { out, writes, release } = recorder({ hold: true })
  const write = (letter: string): void => {
    const writer = new GatheredWriter(out)
    writer.push(Buffer.alloc(100_000, letter))
    writer.settle()
    writer.flush()
  }
  write('a')
  write('b')
  release()
  release()
  expect(writes.map((chunk) => chunk[99_999])).toEqual([97, 98])
  expect(writes[0]?.buffer).not.toBe(writes[1]?.buffer)
  write('c')
  expect([writes[0]?.buffer, writes[1]?.buffer]).toContain(writes[2]?.buffer)
})

test('a slow reader holds one large buffer for a small batch, and no more', () => {
  const { out, writes } = recorder({ hold: true })
  const writer = new GatheredWriter(out)
  for (let times = 0; times < 3; times++) {
    writer.push(Buffer.alloc(30_000))
    writer.settle()
    writer.flush()
  }
  // The others wait in the Writable.
  expect(writes.map(({ buffer }) => buffer.byteLength)).toEqual([writeBuffers.bufferBytes])

  const waiting: number[] = []
  const slow = { writableLength: 1, write: (chunk: Buffer) => waiting.push(chunk.buffer.byteLength) }
  const behind = new GatheredWriter(slow as unknown as Writable)
  for (const bytes of [30_000, 70_000]) {
    behind.push(Buffer.alloc(bytes))
    behind.flush()
  }
  expect(waiting).toEqual([30_000, writeBuffers.bufferBytes])
})

test('as many buffers are used again as a turn has visitors', () => {
  const buffers = Array.from({ length: 50 }, () => writeBuffers.take(1))
  for (const buffer of buffers) writeBuffers.give(buffer)
  const again = Array.from({ length: 50 }, () => writeBuffers.take(1))
  expect(again.every((buffer) => buffers.includes(buffer))).toBe(true)
  for (const buffer of again) writeBuffers.give(buffer)
})

test('says when the reader is too slow', () => {
  const { out } = recorder({ hold: true })
  const writer = new GatheredWriter(out)
  writer.push(Buffer.alloc(MAX_UNSENT_BYTES - 1))
  expect(writer.flush()).toBe(true)
  writer.push(Buffer.alloc(1))
  expect(writer.flush()).toBe(false)
  expect(writer.flush()).toBe(false)
})

test('ignores empty parts', () => {
  const { out, writes } = recorder()
  const writer = new GatheredWriter(out)
  writer.push('')
  writer.push(Buffer.alloc(0))
  writer.settle()
  writer.flush()
  expect(writes).toEqual([])
})

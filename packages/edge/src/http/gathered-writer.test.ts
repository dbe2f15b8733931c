import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { MAX_UNSENT_BYTES } from '../unsent.ts'
import { GatheredWriter } from './gathered-writer.ts'

/** Keeps every write call apart. `hold` never finishes one. */
function recorder(options: { hold: boolean } = { hold: false }) {
  const writes: Buffer[][] = []
  const out = new Writable({
    write(chunk, _encoding, callback) {
      writes.push([chunk])
      if (!options.hold) callback()
    },
    writev(chunks, callback) {
      writes.push(chunks.map(({ chunk }) => chunk))
      if (!options.hold) callback()
    },
  })
  return { out, writes }
}

test('writes a small answer as one buffer', () => {
  const { out, writes } = recorder()
  const writer = new GatheredWriter(out)
  writer.push('HTTP/1.1 200 OK\r\n\r\n')
  writer.push(Buffer.from('body \xe9', 'latin1'))
  expect(writes).toEqual([])
  expect(writer.flush()).toBe(true)
  expect(writes.map((parts) => Buffer.concat(parts).toString('latin1'))).toEqual(['HTTP/1.1 200 OK\r\n\r\nbody \xe9'])
  expect(writer.pendingBytes).toBe(0)
})

test('passes a large body on by reference, in one gathered write with its head', () => {
  const { out, writes } = recorder()
  const writer = new GatheredWriter(out)
  const body = Buffer.alloc(64 * 1024)
  writer.push('head')
  writer.push(body)
  writer.flush()
  expect(writes).toHaveLength(1)
  expect(writes[0]?.[1]).toBe(body)
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
  writer.flush()
  expect(writes).toEqual([])
})

import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { FieldDecoder } from '../src/hpack/decoder.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const FIELDS = 1_000_000
const entry = Buffer.concat([Buffer.from('400161', 'hex'), Buffer.from('7fa11e', 'hex'), Buffer.alloc(4000, 'x')])
const bomb = Buffer.alloc(FIELDS, 0xbe)

/**
 * Bytes by which the heap is larger after reading the bomb, while its list is still held: the least of some rounds, since V8 compiles beside it and counts
 * its new space by pages. That is some 100 KB either way, whatever is read.
 */
function allocatedBy(maxListBytes: number): number {
  const decoder = new FieldDecoder({ maxTableBytes: 4096, maxListBytes, maxFields: FIELDS })
  expect(decoder.decode(entry, 0, entry.length)[1]).toHaveLength(4000)
  const allocated: number[] = []
  for (let round = 0; round < 5; round++) {
    collectGarbage()
    const before = process.memoryUsage().heapUsed
    // A byte less each time: not the block of the last time.
    const fields = decoder.decode(bomb, round, FIELDS)
    allocated.push(process.memoryUsage().heapUsed - before)
    expect(fields).toHaveLength(decoder.exceeded === undefined ? 2 * (FIELDS - round) : 0)
  }
  return Math.min(...allocated)
}

test('one large entry that a block names a million times takes no memory for each', () => {
  // The list, kept, is two references a field: the measurement sees it.
  expect(allocatedBy(2 ** 40)).toBeGreaterThan(FIELDS * 16)
  expect(allocatedBy(65_536)).toBeLessThan(FIELDS * 2)
})

test('a decoder does not pin what its blocks came in, whether remembered or in its table', async () => {
  const decoder = new FieldDecoder({ maxTableBytes: 4096, maxListBytes: 65_536, maxFields: 100 })
  const lists: (readonly string[])[] = []
  const memory = ['400161016240016384ee3a2d2f', '82be0001610568656c6c6f'].map((hex) => {
    const block = Buffer.from(Uint8Array.from(Buffer.from(hex, 'hex')).buffer)
    lists.push(decoder.decode(block, 0, block.length))
    return new WeakRef(block.buffer)
  })
  // A WeakRef keeps its target until the job that made it ends.
  await setImmediate()
  collectGarbage()
  expect(memory.map((reference) => reference.deref())).toEqual([undefined, undefined])
  expect(lists).toEqual([
    ['a', 'b', 'c', 'value'],
    [':method', 'GET', 'c', 'value', 'a', 'hello'],
  ])
})

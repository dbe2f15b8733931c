import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ReceiveQueue } from './receive-queue.ts'

function drain(queue: ReceiveQueue): Buffer[] {
  const chunks: Buffer[] = []
  for (let chunk = queue.shift(); chunk; chunk = queue.shift()) chunks.push(chunk)
  return chunks
}

test('gives back the bytes it took, in order, whatever their sizes', () => {
  const piece = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 30 }),
    fc.integer({ min: 900, max: 20_000 }).map((size) => Buffer.alloc(size, size)),
  )
  fc.assert(
    fc.property(fc.array(fc.record({ piece, take: fc.boolean() })), (steps) => {
      const queue = new ReceiveQueue()
      const out: Buffer[] = []
      for (const step of steps) {
        queue.add(Buffer.from(step.piece))
        if (step.take) out.push(queue.shift()!)
      }
      out.push(...drain(queue))
      expect(Buffer.concat(out).equals(Buffer.concat(steps.map((step) => step.piece)))).toBe(true)
      expect(queue.bytes).toBe(0)
    }),
  )
})

test('does not pin the chunks that small pieces came in', () => {
  const queue = new ReceiveQueue()
  for (let i = 0; i < 10_000; i++) queue.add(Buffer.allocUnsafeSlow(64 * 1024).subarray(i, i + 1))
  const held = new Set(drain(queue).map((chunk) => chunk.buffer))
  const heldBytes = [...held].reduce((sum, buffer) => sum + buffer.byteLength, 0)
  expect(heldBytes).toBeLessThan(64 * 1024)
})

test('does not hold a block for each small piece between large ones', () => {
  const queue = new ReceiveQueue()
  for (let i = 0; i < 100; i++) {
    queue.add(Buffer.alloc(1))
    queue.add(Buffer.allocUnsafeSlow(2048))
  }
  const held = new Set(drain(queue).map((chunk) => chunk.buffer))
  const heldBytes = [...held].reduce((sum, buffer) => sum + buffer.byteLength, 0)
  expect(heldBytes).toBeLessThan(100 * 2049 * 2)
})

test('keeps large pieces as they are', () => {
  const queue = new ReceiveQueue()
  const large = Buffer.allocUnsafeSlow(4096)
  queue.add(large)
  expect(queue.shift()).toBe(large)
})

test('holds nothing once it is empty', () => {
  const queue = new ReceiveQueue()
  queue.add(Buffer.from('small'))
  const [first] = drain(queue)
  queue.add(Buffer.from('other'))
  const [second] = drain(queue)
  expect([`${first}`, `${second}`]).toEqual(['small', 'other'])
  expect(first?.buffer.byteLength).toBeLessThan(16 * 1024)
})

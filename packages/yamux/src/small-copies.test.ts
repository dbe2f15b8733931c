import { expect, test } from 'vitest'
import { copyOf } from './small-copies.ts'

test('copies stay as they are, whatever their sizes', () => {
  const pieces = Array.from({ length: 300 }, (_, at) => Buffer.alloc((at * 37) % 5000, at))
  const copies = pieces.map(copyOf)
  expect(copies.every((copy, at) => copy.equals(pieces[at] as Buffer))).toBe(true)
  for (const piece of pieces) piece.fill(255)
  expect(copies.every((copy, at) => copy.equals(Buffer.alloc((at * 37) % 5000, at)))).toBe(true)
})

test('small ones lie side by side, and not where others have theirs', () => {
  const copies = Array.from({ length: 100 }, () => copyOf(Buffer.alloc(100)))
  expect(new Set(copies.map(({ buffer }) => buffer)).size).toBeLessThanOrEqual(3)
  expect(copies[0]?.buffer).not.toBe(Buffer.allocUnsafe(1).buffer)
})

test('a larger one holds nothing else', () => {
  expect(copyOf(Buffer.alloc(3000)).buffer.byteLength).toBe(3000)
})

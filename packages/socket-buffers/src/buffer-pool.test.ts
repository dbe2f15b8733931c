import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { BufferPool } from './buffer-pool.ts'
import { HeldBuffer } from './held-buffer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const poolOf = (maxFree = 256): BufferPool => new BufferPool({ bufferBytes: 1000, maxFree })

test('gives out again what was given back', () => {
  const pool = poolOf()
  const buffer = pool.take()
  expect(buffer).toHaveLength(1000)
  pool.give(buffer)
  expect(pool.take()).toBe(buffer)
  expect(pool.take()).not.toBe(buffer)
})

test('has larger buffers, which it does not keep', () => {
  const pool = poolOf()
  const large = pool.take(1001)
  expect(large).toHaveLength(1001)
  pool.give(large)
  expect(pool.take(1000)).toHaveLength(1000)
})

test('lets go of what nobody needed for two seconds, and keeps the rest', () => {
  const pool = poolOf()
  const buffers = Array.from({ length: 4 }, () => pool.take())
  for (const buffer of buffers) pool.give(buffer)
  vi.advanceTimersByTime(2000)
  // One is in use all the time: three are not.
  pool.give(pool.take())
  vi.advanceTimersByTime(2000)
  const taken = [pool.take(), pool.take()]
  expect(taken.map((buffer) => buffers.includes(buffer))).toEqual([true, false])
})

test('has no timer once it is empty', () => {
  const pool = poolOf()
  pool.give(pool.take())
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(4000)
  expect(vi.getTimerCount()).toBe(0)
  pool.give(pool.take())
  expect(vi.getTimerCount()).toBe(1)
})

test('keeps `maxFree` at most', () => {
  const pool = poolOf(3)
  const buffers = Array.from({ length: 4 }, () => pool.take())
  for (const buffer of buffers) pool.give(buffer)
  const taken = Array.from({ length: 4 }, () => pool.take())
  expect(taken.filter((buffer) => buffers.includes(buffer))).toHaveLength(3)
})

test('has a held buffer back when the last holder lets go', () => {
  const pool = poolOf()
  const held = new HeldBuffer(pool)
  const letGo = [held.hold(), held.hold()]
  held.letGo()
  letGo[0]?.()
  expect(pool.take()).not.toBe(held.bytes)
  letGo[1]?.()
  expect(pool.take()).toBe(held.bytes)
})

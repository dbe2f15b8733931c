import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { returnReadBuffer, takeReadBuffer } from './read-buffers.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.advanceTimersByTime(10_000)
  vi.useRealTimers()
})

test('gives out again what was given back', () => {
  const buffer = takeReadBuffer()
  expect(buffer).toHaveLength(64 * 1024)
  returnReadBuffer(buffer)
  expect(takeReadBuffer()).toBe(buffer)
  expect(takeReadBuffer()).not.toBe(buffer)
})

test('lets go of what nobody needed for two seconds, and keeps the rest', () => {
  const buffers = Array.from({ length: 4 }, takeReadBuffer)
  for (const buffer of buffers) returnReadBuffer(buffer)
  vi.advanceTimersByTime(2000)
  // One is in use all the time: three are not.
  returnReadBuffer(takeReadBuffer())
  vi.advanceTimersByTime(2000)
  const taken = [takeReadBuffer(), takeReadBuffer()]
  expect(taken.map((buffer) => buffers.includes(buffer))).toEqual([true, false])
})

test('keeps 256 at most', () => {
  const buffers = Array.from({ length: 257 }, takeReadBuffer)
  for (const buffer of buffers) returnReadBuffer(buffer)
  const taken = Array.from({ length: 257 }, takeReadBuffer)
  expect(taken.filter((buffer) => buffers.includes(buffer))).toHaveLength(256)
})

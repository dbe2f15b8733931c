import { expect, test, vi } from 'vitest'
import { Allowance } from './allowance.ts'

const taken = (allowance: Allowance, tries: number): number =>
  Array.from({ length: tries }, () => allowance.take()).filter(Boolean).length

test('is as large as it says, and comes back with time, never beyond its size', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const allowance = new Allowance(10, 2)
  expect(taken(allowance, 20)).toBe(10)
  vi.advanceTimersByTime(3000)
  expect(taken(allowance, 20)).toBeLessThanOrEqual(6)
  vi.advanceTimersByTime(3_600_000)
  expect(taken(allowance, 20)).toBe(10)
  vi.useRealTimers()
})

test('can be earned', () => {
  const allowance = new Allowance(10, 0)
  expect(taken(allowance, 10)).toBe(10)
  allowance.earn(4)
  expect(taken(allowance, 10)).toBe(4)
})

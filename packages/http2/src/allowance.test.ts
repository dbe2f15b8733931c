import { expect, test } from 'vitest'
import { Allowance } from './allowance.ts'

const taken = (allowance: Allowance, tries: number): number =>
  Array.from({ length: tries }, () => allowance.take()).filter(Boolean).length

test('is as large as it says, and comes back with time, never beyond its size', () => {
  let nowMs = 0
  const allowance = new Allowance(10, 2, () => nowMs)
  expect(taken(allowance, 20)).toBe(10)
  nowMs = 3000
  expect(taken(allowance, 20)).toBe(6)
  nowMs = 3_600_000
  expect(taken(allowance, 20)).toBe(10)
})

test('can be earned, never beyond its size', () => {
  const allowance = new Allowance(10, 0, () => 0)
  allowance.earn(4)
  expect(taken(allowance, 20)).toBe(10)
  allowance.earn(4)
  expect(taken(allowance, 20)).toBe(4)
})

import { expect, test } from 'vitest'
import { backoffDelayMs } from './backoff.ts'

const middle = { random: () => 0.5 }

test('doubles from 500 ms to 30 s and stays there', () => {
  const delays = Array.from({ length: 9 }, (_, attempt) => backoffDelayMs(attempt, middle))
  expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
  expect(backoffDelayMs(1_000_000, middle)).toBe(30_000)
})

test('is off by at most a fifth, either way', () => {
  expect(backoffDelayMs(0, { random: () => 0 })).toBe(400)
  expect(backoffDelayMs(0, { random: () => 1 })).toBe(600)
  expect(backoffDelayMs(20, { random: () => 0 })).toBe(24_000)
  expect(backoffDelayMs(20, { random: () => 1 })).toBe(36_000)
})

test('stays within its bounds with the randomness that it uses', () => {
  for (let count = 0; count < 1000; count++) {
    const delayMs = backoffDelayMs(1)
    expect(delayMs).toBeGreaterThanOrEqual(800)
    expect(delayMs).toBeLessThanOrEqual(1200)
  }
})

test('takes other bounds', () => {
  const options = { firstDelayMs: 10, maxDelayMs: 25, jitter: 0 }
  expect([0, 1, 2].map((attempt) => backoffDelayMs(attempt, options))).toEqual([10, 20, 25])
})

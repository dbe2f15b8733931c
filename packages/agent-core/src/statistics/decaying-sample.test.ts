import { seeded } from '@tunnel/testkit'
import { expect, test } from 'vitest'
import { DecayingSample } from './decaying-sample.ts'

test('has no percentile but 0 without values, and one value is all of them', () => {
  const sample = new DecayingSample(0)
  expect(sample.percentiles([0.5, 0.9])).toEqual([0, 0])
  sample.add(7, 0)
  expect(sample.percentiles([0, 0.5, 0.9, 1])).toEqual([7, 7, 7, 7])
})

test('tells the percentiles of few values exactly, between neighbours by proportion', () => {
  const sample = new DecayingSample(0)
  for (const value of [40, 10, 30, 20]) sample.add(value, 0)
  expect(sample.percentiles([0.25, 0.5, 0.75, 0.99])).toEqual([12.5, 25, 37.5, 40])
})

test('tells those of many values closely', () => {
  const sample = new DecayingSample(0, seeded(1))
  for (let value = 1; value <= 100_000; value++) sample.add(value, 0)
  const [half = 0, ninety = 0, ninetyNine = 0] = sample.percentiles([0.5, 0.9, 0.99])
  expect(Math.abs(half - 50_000)).toBeLessThan(6000)
  expect(Math.abs(ninety - 90_000)).toBeLessThan(4000)
  expect(Math.abs(ninetyNine - 99_000)).toBeLessThan(1500)
})

test('forgets what was long ago for what is now', () => {
  const sample = new DecayingSample(0, seeded(2))
  for (let count = 0; count < 2000; count++) sample.add(1000, 0)
  for (let count = 0; count < 2000; count++) sample.add(1, 15 * 60_000)
  expect(sample.percentiles([0.5, 0.9])).toEqual([1, 1])
})

test('goes on for days, with a random number at either end of its range', () => {
  const ends = [0, 1 - 2 ** -53]
  let draws = 0
  const sample = new DecayingSample(0, () => ends[draws++ % 2] as number)
  for (let hour = 0; hour < 100; hour++) {
    for (let count = 0; count < 100; count++) sample.add(hour, hour * 3_600_001)
  }
  const [half = 0] = sample.percentiles([0.5])
  expect(half).toBeGreaterThanOrEqual(88)
  expect(half).toBeLessThanOrEqual(99)
})

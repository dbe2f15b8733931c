import { expect, test } from 'vitest'
import { MovingRate } from './moving-rate.ts'

const burst = (rate: MovingRate, events: number, atMs: number): void => {
  for (let event = 0; event < events; event++) rate.add(atMs)
}

test('is zero until the first five seconds are over, then what they had', () => {
  const rate = new MovingRate(1, 0)
  burst(rate, 10, 100)
  expect(rate.perSecond(4999)).toBe(0)
  expect(rate.perSecond(5000)).toBe(2)
})

test('stays where it is while events keep coming as before', () => {
  const rate = new MovingRate(5, 0)
  for (let at = 0; at < 600_000; at += 500) rate.add(at)
  expect(rate.perSecond(600_000)).toBeCloseTo(2, 6)
})

test.each([1, 5, 15])('over %i minutes keeps 1/e of a rate after so long without an event', (minutes) => {
  const rate = new MovingRate(minutes, 0)
  burst(rate, 50, 0)
  expect(rate.perSecond(5000)).toBe(10)
  expect(rate.perSecond(5000 + minutes * 60_000)).toBeCloseTo(10 / Math.E, 6)
})

test('is the same however often it is asked', () => {
  const [asked, left] = [new MovingRate(1, 0), new MovingRate(1, 0)]
  for (let at = 0; at < 120_000; at += 777) {
    asked.add(at)
    left.add(at)
    asked.perSecond(at)
  }
  expect(asked.perSecond(180_000)).toBeCloseTo(left.perSecond(180_000), 9)
})

test('does not overflow or stall after a year', () => {
  const rate = new MovingRate(1, 0)
  rate.add(0)
  expect(rate.perSecond(365 * 86_400_000)).toBeCloseTo(0, 12)
})

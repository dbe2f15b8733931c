import { expect, test } from 'vitest'
import { type Point, verdictOn } from './flatness.ts'

const memory = { name: 'memory', unit: 'MB', tolerance: { amount: 5, share: 0.1 } }
/** A value for each of a hundred seconds, with noise that averages out. */
const points = (valueAt: (second: number) => number): Point[] =>
  Array.from({ length: 100 }, (_, second) => [second, valueAt(second) + (second % 2 === 0 ? 1 : -1)])

test('noise around a level is flat', () => {
  expect(
    verdictOn(
      memory,
      points(() => 20),
    ).isFlat,
  ).toBe(true)
})

test('a line that climbs by more than is tolerated is not, and its slope is told', () => {
  const verdict = verdictOn(
    memory,
    points((second) => 20 + second / 10),
  )
  expect(verdict.isFlat).toBe(false)
  expect(verdict.perMinute).toBeCloseTo(5.7, 0)
  expect(verdict.growth).toBeCloseTo(9.4, 0)
})

test('more is tolerated of what is large', () => {
  const climbs = (from: number) => points((second) => from + second / 10)
  expect(verdictOn(memory, climbs(20)).isFlat).toBe(false)
  expect(verdictOn(memory, climbs(200)).isFlat).toBe(true)
})

test('one step is flat, a climb that begins late is not', () => {
  expect(
    verdictOn(
      memory,
      points((second) => (second < 45 ? 20 : 60)),
    ).isFlat,
  ).toBe(true)
  expect(
    verdictOn(
      memory,
      points((second) => (second < 45 ? 20 : 20 + (second - 45))),
    ).isFlat,
  ).toBe(false)
})

test('what falls is flat', () => {
  expect(
    verdictOn(
      memory,
      points((second) => 200 - second),
    ).isFlat,
  ).toBe(true)
})

test('a single moment has no slope', () => {
  expect(() => verdictOn(memory, [[1, 1]])).toThrow('1 points have no slope')
})

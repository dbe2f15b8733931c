import { expect, test } from 'vitest'
import { ManualClock } from './manual-clock.ts'

/** A clock and the moments at which its timers fired. */
function clockWithTimers(...delays: number[]) {
  const clock = new ManualClock()
  const firedAt: number[][] = []
  for (const delayMs of delays) clock.setTimeout(() => firedAt.push([delayMs, clock.now()]), delayMs)
  return { clock, firedAt }
}

test('fires each timer at its moment when time moves on', () => {
  const { clock, firedAt } = clockWithTimers(30, 10, 50)
  clock.advance(40)
  expect(firedAt).toEqual([
    [10, 10],
    [30, 30],
  ])
  expect(clock.pending).toBe(1)
})

test('fires what came due in a sleep at its end, in order', () => {
  const { clock, firedAt } = clockWithTimers(30, 10, 50)
  clock.sleep(40)
  expect(firedAt).toEqual([
    [10, 40],
    [30, 40],
  ])
  expect(clock.pending).toBe(1)
})

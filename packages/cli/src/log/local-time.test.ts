import { afterEach, expect, it } from 'vitest'
import { localTimestamp, shortTimestamp } from './local-time.ts'

const { TZ } = process.env
afterEach(() => {
  if (TZ === undefined) delete process.env.TZ
  else process.env.TZ = TZ
})

it.each([
  ['UTC', '2026-11-21T23:06:27+00:00', '11-21|23:06:27'],
  ['Africa/Nairobi', '2026-11-22T02:06:27+03:00', '11-22|02:06:27'],
  ['America/St_Johns', '2026-11-21T19:36:27-03:30', '11-21|19:36:27'],
  ['Asia/Kathmandu', '2026-11-22T04:51:27+05:45', '11-22|04:51:27'],
])('in %s it is %s', (zone, long, short) => {
  process.env.TZ = zone
  const time = new Date('2026-11-21T23:06:27.999Z')
  expect(localTimestamp(time)).toBe(long)
  expect(shortTimestamp(time)).toBe(short)
})

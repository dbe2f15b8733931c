import { describe, expect, it } from 'vitest'
import { durationSchema, formatDuration, parseConfigValue, parseDuration } from './index.ts'

it.each([
  ['10s', 10_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['.5s', 500],
  ['1m0.5s', 60_500],
  ['300ms', 300],
  ['1500us', 2],
  ['1500µs', 2],
  ['2000000ns', 2],
  ['0', 0],
  ['0s', 0],
])('reads %s as %d ms', (text, durationMs) => {
  expect(parseDuration(text)).toBe(durationMs)
})

it.each(['', '10', '10 s', 's', '-1s', '+1s', '1d', '1s2', 'x1s', '1s ', '1,5s', '1e3s', '..5s'])(
  'does not read %j',
  (text) => {
    expect(parseDuration(text)).toBeUndefined()
  },
)

it.each([
  [0, '0s'],
  [1_500, '1s500ms'],
  [90_000, '1m30s'],
  [3_600_000, '1h'],
])('writes %d ms as %s', (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text)
  expect(parseDuration(text)).toBe(durationMs)
})

describe('as a setting', () => {
  const schema = durationSchema({ minMs: 1_000, maxMs: 60_000 })

  it('gives milliseconds within its bounds', () => {
    expect(parseConfigValue('1s', schema)).toEqual({ ok: true, data: 1_000 })
    expect(parseConfigValue('1m', schema)).toEqual({ ok: true, data: 60_000 })
  })

  it.each([
    ['999ms', '999ms is less than the minimum 1s'],
    ['61s', '61s is more than the maximum 1m'],
    ['soon', 'expected a duration with its unit, like 10s, 500ms or 1h30m, got "soon"'],
    [10, 'expected a duration with its unit, like 10s, 500ms or 1h30m, got 10'],
    [true, 'expected a duration with its unit, like 10s, 500ms or 1h30m, got true'],
  ])('refuses %j', (value, message) => {
    expect(parseConfigValue(value, schema)).toEqual({ ok: false, messages: [message] })
  })

  it('may be a bare 0, which needs no unit', () => {
    expect(parseConfigValue(0, durationSchema())).toEqual({ ok: true, data: 0 })
    expect(parseConfigValue(0, schema)).toEqual({ ok: false, messages: ['0 is less than the minimum 1s'] })
  })

  it('is never longer than a timer can wait', () => {
    expect(parseConfigValue('597h', durationSchema()).ok).toBe(false)
    expect(parseConfigValue('596h', durationSchema()).ok).toBe(true)
  })
})

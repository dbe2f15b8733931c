import { CelError } from '../cel-error.ts'
import { Duration, Timestamp } from '../values.ts'

const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/
const MAX_SECONDS = 253_402_300_799n
const MIN_SECONDS = -62_135_596_800n

/** RFC 3339; what is below a millisecond is dropped. */
export function timestampFromText(text: string): Timestamp {
  const match = RFC_3339.exec(text)
  const [, date, time, fraction = '', zone = ''] = match ?? []
  const ms = match
    ? Date.parse(`${date}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}${zone.toUpperCase()}`)
    : Number.NaN
  // JavaScript takes the 31st of every month.
  const isReal = !Number.isNaN(ms) && new Date(Date.parse(`${date}T00:00:00Z`)).toISOString().startsWith(date!)
  if (!isReal) throw new CelError('text is not a timestamp of RFC 3339')
  return new Timestamp(ms)
}

export function timestampFromSeconds(seconds: bigint): Timestamp {
  if (seconds > MAX_SECONDS || seconds < MIN_SECONDS) throw new CelError('timestamp is outside the years 1 to 9999')
  return new Timestamp(Number(seconds) * 1000)
}

const UNIT_NANOS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}
const PART = /(?:(\d{1,20})(?:\.(\d{0,20}))?|\.(\d{1,20}))(ns|us|µs|μs|ms|s|m|h)/gy

/** Nanoseconds of Go's `1h30m`, `-1.5s`, `0`; `undefined` for anything else. */
export function nanosFromText(text: string): bigint | undefined {
  const isNegative = text.startsWith('-')
  const size = text.replace(/^[+-]/, '')
  if (size === '0') return 0n
  let nanos = 0n
  let end = 0
  for (const match of size.matchAll(PART)) {
    const [part, whole = '0', fraction, onlyFraction, unit] = match
    const digits = fraction ?? onlyFraction ?? ''
    const unitNanos = UNIT_NANOS[unit!]!
    nanos += BigInt(whole) * unitNanos + (BigInt(digits || '0') * unitNanos) / 10n ** BigInt(digits.length)
    end = match.index + part.length
  }
  if (end === 0 || end !== size.length) return undefined
  return isNegative ? -nanos : nanos
}

/** The longest that a CEL duration is: ten thousand years. */
const MAX_NANOS = 315_576_000_000_000_000_000n

export function durationFromText(text: string): Duration {
  const nanos = nanosFromText(text)
  if (nanos === undefined) throw new CelError('text is not a duration like 1h30m')
  if (nanos > MAX_NANOS || nanos < -MAX_NANOS) throw new CelError('duration is longer than ten thousand years')
  return new Duration(nanos)
}

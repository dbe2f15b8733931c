import { BoundedMap } from '../../actions/bounded-map.ts'
import { CelError } from '../cel-error.ts'
import { pureFunctions } from '../define-functions.ts'
import type { Duration, Timestamp } from '../values.ts'

const DAY_MS = 86_400_000
/** Making a formatter costs a thousand times as much as using it. */
const formatters = new BoundedMap<string, Intl.DateTimeFormat>(64)

/** The time as a clock on the wall of a zone shows it, kept in the UTC fields of a Date. */
function wallClock({ ms }: Timestamp, zone: string): Date {
  if (zone === 'UTC' || zone === '') return new Date(ms)
  const offset = /^([+-])(\d\d):(\d\d)$/.exec(zone)
  if (offset) return new Date(ms + (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) * 60_000)
  const parts = new Map(
    formatterOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0
  const clock = Date.UTC(2000, part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  const date = new Date(clock + (((ms % 1000) + 1000) % 1000))
  date.setUTCFullYear(part('year'), part('month') - 1, part('day'))
  return date
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone)
  if (known) return known
  let formatter: Intl.DateTimeFormat
  try {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    throw new CelError(`${JSON.stringify(zone.slice(0, 40))} is not a time zone`)
  }
  formatters.set(zone, formatter)
  return formatter
}

function dayOfYear(date: Date): number {
  const start = new Date(0)
  start.setUTCFullYear(date.getUTCFullYear(), 0, 1)
  return Math.floor((date.getTime() - start.getTime()) / DAY_MS)
}

const getters: Readonly<Record<string, (date: Date) => number>> = {
  getFullYear: (date) => date.getUTCFullYear(),
  getMonth: (date) => date.getUTCMonth(),
  getDate: (date) => date.getUTCDate(),
  getDayOfMonth: (date) => date.getUTCDate() - 1,
  getDayOfWeek: (date) => date.getUTCDay(),
  getDayOfYear: dayOfYear,
  getHours: (date) => date.getUTCHours(),
  getMinutes: (date) => date.getUTCMinutes(),
  getSeconds: (date) => date.getUTCSeconds(),
  getMilliseconds: (date) => date.getUTCMilliseconds(),
}

export const timeFunctions = [
  ...Object.entries(getters).flatMap(([name, get]) => {
    const read = (time: Timestamp, zone = 'UTC') => BigInt(get(wallClock(time, zone)))
    return pureFunctions({ [`timestamp.${name}(): int`]: read, [`timestamp.${name}(string): int`]: read })
  }),
  ...pureFunctions({
    'duration.getHours(): int': ({ nanos }: Duration) => nanos / 3_600_000_000_000n,
    'duration.getMinutes(): int': ({ nanos }: Duration) => nanos / 60_000_000_000n,
    'duration.getSeconds(): int': ({ nanos }: Duration) => nanos / 1_000_000_000n,
    'duration.getMilliseconds(): int': ({ nanos }: Duration) => (nanos % 1_000_000_000n) / 1_000_000n,
  }),
]

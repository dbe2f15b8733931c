import type { NumberField } from './fields.ts'
import type { NumberRange } from './filter.ts'

export type Comparison = '=' | '<' | '<=' | '>' | '>='

/**
 * `404`, `5xx`, `200..299`, `10kb`, `500ms`, `..1s` as a range; `undefined` if it is none.
 * `1.5kb` stands for that number of bytes; durations count in milliseconds.
 */
export function numberRangeFrom(field: NumberField, text: string): NumberRange | undefined {
  const statusClass = field === 'status' ? /^([1-5])xx$/i.exec(text)?.[1] : undefined
  if (statusClass !== undefined) return { min: Number(statusClass) * 100, max: Number(statusClass) * 100 + 99 }
  const span = /^(.*?)\.\.(.*)$/.exec(text)
  if (!span) {
    const value = numberFrom(field, text)
    return value === undefined ? undefined : { min: value, max: value }
  }
  const [, from = '', to = ''] = span
  const min = from === '' ? 0 : numberFrom(field, from)
  const max = to === '' ? Number.POSITIVE_INFINITY : numberFrom(field, to)
  return min === undefined || max === undefined || min > max || from + to === '' ? undefined : { min, max }
}

/** What `comparison` with `range` leaves: `>5xx` is everything above 599. */
export function comparedRange(comparison: Comparison, range: NumberRange): NumberRange {
  if (comparison === '<') return { min: Number.NEGATIVE_INFINITY, max: below(range.min) }
  if (comparison === '<=') return { min: Number.NEGATIVE_INFINITY, max: range.max }
  if (comparison === '>') return { min: above(range.max), max: Number.POSITIVE_INFINITY }
  if (comparison === '>=') return { min: range.min, max: Number.POSITIVE_INFINITY }
  return range
}

/** What to say of a value that is no number of this field. */
export function expectedNumber(field: NumberField): string {
  if (field === 'status') return 'a status such as 404, 5xx or 200..299'
  if (field === 'duration') return 'a duration such as 500ms, 1.5s or 1s..2m'
  if (field === 'messages') return 'a number such as 10 or 1..5'
  return 'a size such as 512, 10kb or 1mb..2mb'
}

const units: Record<'size' | 'duration', Record<string, number>> = {
  size: { '': 1, b: 1, k: 1000, kb: 1000, m: 1e6, mb: 1e6, g: 1e9, gb: 1e9, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 },
  duration: { '': 1, us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 },
}

function numberFrom(field: NumberField, text: string): number | undefined {
  const parts = /^(\d{1,15}(?:\.\d{1,9})?)([a-z]*)$/i.exec(text)
  if (!parts) return undefined
  const [, digits = '', unit = ''] = parts
  if (field === 'status') return /^[1-9]\d\d$/.test(text) ? Number(text) : undefined
  if (field === 'messages') return /^\d+$/.test(text) ? Number(text) : undefined
  const factor = units[field === 'duration' ? 'duration' : 'size'][unit.toLowerCase()]
  return factor === undefined ? undefined : Number(digits) * factor
}

/** The next double up or down, so that a range with both ends can say "more than". */
const above = (value: number) => value + Math.max(Math.abs(value), 1) * Number.EPSILON
const below = (value: number) => value - Math.max(Math.abs(value), 1) * Number.EPSILON

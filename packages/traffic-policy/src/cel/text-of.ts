import { encodeJson } from './json.ts'
import { Duration, isMap, Timestamp, TypeValue, Uint } from './values.ts'

/** How a value reads inside a text: `string()`, and null as nothing, lists and maps as JSON, bytes as UTF-8 or base64. Reference §2.4 */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return textOfDouble(value)
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (value instanceof Uint) return String(value.value)
  if (value instanceof Timestamp) return textOfTime(value)
  if (value instanceof Duration) return textOfDuration(value)
  if (value instanceof Uint8Array) return utf8Of(value) ?? Buffer.from(value).toString('base64')
  if (value instanceof TypeValue) return value.name
  return Array.isArray(value) || isMap(value) ? encodeJson(value) : ''
}

function textOfDouble(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}

/** RFC 3339 in UTC, with milliseconds only where there are some. */
export function textOfTime({ ms }: Timestamp): string {
  return new Date(ms)
    .toISOString()
    .replace(/(\.\d*?)0+Z$/, '$1Z')
    .replace('.Z', 'Z')
}

/** Seconds, as in `5400s` or `1.5s`. */
export function textOfDuration({ nanos }: Duration): string {
  const sign = nanos < 0n ? '-' : ''
  const size = nanos < 0n ? -nanos : nanos
  const fraction = (size % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '')
  return `${sign}${size / 1_000_000_000n}${fraction === '' ? '' : `.${fraction}`}s`
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function utf8Of(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

import { textOf } from '../cel/text-of.ts'
import { isMap, Uint } from '../cel/values.ts'
import { isSecretField } from '../variables/secret-fields.ts'

export const REDACTED = '<redacted>'

/** Keys of result variables that hold credentials, or bodies, which can hold anything. */
const SECRET_KEY = /token$|secret|password|^authorization$|cookie|^signature$|^pem$|private_key|^body$/i
const MAX_DEPTH = 12
const MAX_TEXT = 1024

/**
 * A value as plain JSON data, for a trace or log, without the fields that hold credentials; ints that a double cannot hold are text.
 * A long text is cut.
 */
export function redacted(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) return '…'
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined) return value ?? null
  if (Array.isArray(value)) return value.map((item) => redacted(item, depth + 1))
  if (isMap(value)) return fromEntries([...value.keys()].map((key) => [String(key), value.get(key)] as const), depth)
  const isPlain = Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null
  if (isPlain) return fromEntries(Object.entries(value), depth)
  return value instanceof Uint ? redacted(value.value, depth) : textOf(value)
}

function fromEntries(entries: readonly (readonly [string, unknown])[], depth: number): Record<string, unknown> {
  const shown = entries.map(([key, member]) => {
    const isHidden = (SECRET_KEY.test(key) || isSecretField(key)) && member !== '' && member !== null
    return [key, isHidden ? REDACTED : redacted(member, depth + 1)] as const
  })
  // fromEntries defines what `__proto__` would otherwise set.
  return Object.fromEntries(shown)
}

import { isSecretField } from '@tunnel/http'
import { textOf } from '../cel/text-of.ts'
import { isMap, Uint } from '../cel/values.ts'

export const REDACTED = '<redacted>'

/** Keys of result variables that hold credentials, or bodies, which can hold anything. */
const SECRET_KEY = /token$|secret|password|^authorization$|cookie|^signature$|^pem$|private_key|^body$/i
const MAX_DEPTH = 12
const MAX_TEXT = 1024
/** Elements of one value that are shown: one list can be in it very often. */
const MAX_ELEMENTS = 1000

/**
 * A value as plain JSON data, for a trace or log, without the fields that hold credentials; ints that a double cannot hold are text.
 * A long text is cut, as is a value of many elements.
 */
export const redacted = (value: unknown): unknown => shown(value, 0, { left: MAX_ELEMENTS })

function shown(value: unknown, depth: number, limit: { left: number }): unknown {
  limit.left--
  if (depth > MAX_DEPTH || limit.left < 0) return '…'
  switch (typeof value) {
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
    case 'string':
      return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value
    case 'object':
      return value === null ? null : shownObject(value, depth, limit)
    default:
      return value ?? null
  }
}

function shownObject(value: object, depth: number, limit: { left: number }): unknown {
  if (Array.isArray(value)) return value.slice(0, limit.left).map((item) => shown(item, depth + 1, limit))
  if (isMap(value)) {
    const keys = [...value.keys()].slice(0, limit.left)
    return fromEntries(
      keys.map((key) => [String(key), value.get(key)] as const),
      depth,
      limit,
    )
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return fromEntries(Object.entries(value), depth, limit)
  return value instanceof Uint ? shown(value.value, depth, limit) : textOf(value)
}

function fromEntries(
  entries: readonly (readonly [string, unknown])[],
  depth: number,
  limit: { left: number },
): Record<string, unknown> {
  const visible = entries.map(([key, member]) => {
    const isHidden = (SECRET_KEY.test(key) || isSecretField(key)) && member !== '' && member !== null
    return [key, isHidden ? REDACTED : shown(member, depth + 1, limit)] as const
  })
  // fromEntries defines what `__proto__` would otherwise set.
  return Object.fromEntries(visible)
}

import { CelError } from './cel-error.ts'
import { assertListLength, assertTextLength, celLimits } from './limits.ts'
import { textOfDuration, textOfTime } from './text-of.ts'
import { type CelMap, Duration, isMap, Timestamp, TypeValue, Uint } from './values.ts'

/** Compact JSON; keys sorted, ints exact, bytes as base64. Reference §2.3 */
export function encodeJson(value: unknown): string {
  const budget = { left: celLimits.maxTextLength }
  return encode(value, 0, budget)
}

function encode(value: unknown, depth: number, budget: { left: number }): string {
  if (depth > celLimits.maxJsonDepth) throw new CelError(`value nests deeper than ${celLimits.maxJsonDepth}`, 'budget')
  const text = encodeOne(value, depth, budget)
  budget.left -= Array.isArray(value) || isMap(value) ? 2 : text.length
  if (budget.left < 0) assertTextLength(celLimits.maxTextLength + 1)
  return text
}

function encodeOne(value: unknown, depth: number, budget: { left: number }): string {
  if (Array.isArray(value)) return `[${value.map((item) => encode(item, depth + 1, budget)).join(',')}]`
  if (isMap(value)) return encodeMap(value, depth, budget)
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Uint) return String(value.value)
  if (value instanceof Timestamp) return JSON.stringify(textOfTime(value))
  if (value instanceof Duration) return JSON.stringify(textOfDuration(value))
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'))
  if (value instanceof TypeValue) return JSON.stringify(value.name)
  return JSON.stringify(value) ?? 'null'
}

function encodeMap(map: CelMap, depth: number, budget: { left: number }): string {
  const keys = [...map.keys()]
    .map((key) => [String(key), key] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
  const members = keys.map(([name, key]) => `${JSON.stringify(name)}:${encode(map.get(key), depth + 1, budget)}`)
  return `{${members.join(',')}}`
}

/**
 * A JSON text as values; its numbers are doubles, its objects maps.
 *
 * @throws CelError if it is no JSON.
 */
export function decodeJson(text: string): unknown {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw new CelError('text is not JSON')
  }
  return celFromJson(parsed)
}

/** What `JSON.parse` gives, as values of expressions. `numbers` says what an integer becomes. */
export function celFromJson(value: unknown, numbers: 'double' | 'int' = 'double', depth = 0): unknown {
  if (depth > celLimits.maxJsonDepth) throw new CelError(`value nests deeper than ${celLimits.maxJsonDepth}`, 'budget')
  if (typeof value === 'number') return numbers === 'int' && Number.isSafeInteger(value) ? BigInt(value) : value
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') return value
  if (value === null || value === undefined) return null
  if (Array.isArray(value)) {
    assertListLength(value.length)
    return value.map((item) => celFromJson(item, numbers, depth + 1))
  }
  if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) return value
  return new Map(Object.entries(value).map(([key, member]) => [key, celFromJson(member, numbers, depth + 1)]))
}

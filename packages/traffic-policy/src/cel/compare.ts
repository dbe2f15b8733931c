import { CelError } from './cel-error.ts'
import { type CelMap, Duration, isMap, kindOf, Timestamp, TypeValue, Uint } from './values.ts'

/** Is told of the elements that a comparison looks at. */
type Charge = (elements: number) => void

/** Values of different types are not equal, except numbers of one value. Reference §2.1 */
export function equal(one: unknown, other: unknown, charge: Charge): boolean {
  if (one === other) return true
  if (typeof one === 'string' || typeof other === 'string') return false
  const number = numeric(one)
  if (number !== undefined) {
    const otherNumber = numeric(other)
    // biome-ignore lint/suspicious/noDoubleEquals: bigint and number of one value
    return otherNumber !== undefined && number == otherNumber
  }
  if (Array.isArray(one)) return Array.isArray(other) && equalLists(one, other, charge)
  if (isMap(one)) return isMap(other) && equalMaps(one, other, charge)
  if (one instanceof Uint8Array) return other instanceof Uint8Array && Buffer.compare(one, other) === 0
  if (one instanceof Timestamp) return other instanceof Timestamp && one.ms === other.ms
  if (one instanceof Duration) return other instanceof Duration && one.nanos === other.nanos
  return one instanceof TypeValue && other instanceof TypeValue && one.name === other.name
}

/** Whether a list has an equal element, or a map the key. */
export function contains(container: unknown, value: unknown, charge: Charge): boolean {
  if (Array.isArray(container)) {
    charge(container.length)
    return container.some((item) => equal(item, value, charge))
  }
  if (isMap(container)) return container.has(mapKey(value))
  throw new CelError(`"in" takes a list or map, got ${kindOf(container)}`)
}

/** One key for equal numbers. */
export function mapKey(key: unknown): unknown {
  if (key instanceof Uint) return key.value
  return typeof key === 'number' && Number.isInteger(key) ? BigInt(key) : key
}

/**
 * Negative, zero or positive as the order of two values is.
 *
 * @throws CelError if they have no order.
 */
export function compare(one: unknown, other: unknown): number {
  if (typeof one === 'string' && typeof other === 'string') return compareText(one, other)
  const left = ordinal(one)
  const right = ordinal(other)
  if (left === undefined || right === undefined || kindGroup(one) !== kindGroup(other))
    throw new CelError(`${kindOf(one)} and ${kindOf(other)} have no order`)
  if (left < right) return -1
  return left > right ? 1 : left >= right ? 0 : Number.NaN
}

function equalLists(one: readonly unknown[], other: readonly unknown[], charge: Charge): boolean {
  if (one.length !== other.length) return false
  charge(one.length)
  return one.every((item, at) => equal(item, other[at], charge))
}

function equalMaps(one: CelMap, other: CelMap, charge: Charge): boolean {
  if (one.size !== other.size) return false
  charge(one.size)
  for (const key of one.keys()) if (!other.has(key) || !equal(one.get(key), other.get(key), charge)) return false
  return true
}

function numeric(value: unknown): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value
  return value instanceof Uint ? value.value : undefined
}

function ordinal(value: unknown): bigint | number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof Timestamp) return value.ms
  return value instanceof Duration ? value.nanos : numeric(value)
}

const kindGroup = (value: unknown): string => (numeric(value) === undefined ? kindOf(value) : 'number')

const SURROGATE = /[\ud800-\udfff]/

/** By code point, which for text without surrogates is JavaScript's own order. */
function compareText(one: string, other: string): number {
  if (one === other) return 0
  if (!SURROGATE.test(one) && !SURROGATE.test(other)) return one < other ? -1 : 1
  return Buffer.compare(Buffer.from(one, 'utf8'), Buffer.from(other, 'utf8'))
}

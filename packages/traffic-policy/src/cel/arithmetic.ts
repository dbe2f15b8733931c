import { CelError } from './cel-error.ts'
import { asInt, asUint } from './integers.ts'
import { assertListLength, assertTextLength } from './limits.ts'
import { type Scope, spend } from './scope.ts'
import { Duration, kindOf, Timestamp, Uint } from './values.ts'

type Operator = '-' | '*' | '/' | '%'

const integers: Record<Operator, (one: bigint, other: bigint) => bigint> = {
  '-': (one, other) => one - other,
  '*': (one, other) => one * other,
  '/': (one, other) => one / nonZero(other),
  '%': (one, other) => one % nonZero(other),
}
const doubles: Record<Exclude<Operator, '%'>, (one: number, other: number) => number> = {
  '-': (one, other) => one - other,
  '*': (one, other) => one * other,
  '/': (one, other) => one / other,
}

/** Arithmetic on values whose types are only known now. Numbers of different types do not mix. Reference §2.1 */
export const arithmetic: Record<Operator, (one: unknown, other: unknown) => unknown> & {
  negate(value: unknown): unknown
} = {
  '-'(one, other) {
    if (one instanceof Timestamp && other instanceof Timestamp) return new Duration(nanosOf(one.ms - other.ms))
    if (one instanceof Timestamp && other instanceof Duration) return shifted(one, -other.nanos)
    if (one instanceof Duration && other instanceof Duration) return new Duration(one.nanos - other.nanos)
    return calculate('-', one, other)
  },
  '*': (one, other) => calculate('*', one, other),
  '/': (one, other) => calculate('/', one, other),
  '%': (one, other) => calculate('%', one, other),
  negate(value) {
    if (typeof value === 'bigint') return asInt(-value)
    if (typeof value === 'number') return -value
    if (value instanceof Duration) return new Duration(-value.nanos)
    throw new CelError(`"-" takes an int or double, got ${kindOf(value)}`)
  },
}

export function addValues(scope: Scope, one: unknown, other: unknown): unknown {
  if (typeof one === 'string' && typeof other === 'string') {
    assertTextLength(one.length + other.length)
    spend(scope, (one.length + other.length) >> 6)
    return one + other
  }
  if (typeof one === 'bigint' && typeof other === 'bigint') return asInt(one + other)
  if (typeof one === 'number' && typeof other === 'number') return one + other
  if (Array.isArray(one) && Array.isArray(other)) {
    assertListLength(one.length + other.length)
    spend(scope, one.length + other.length)
    return [...one, ...other]
  }
  if (one instanceof Uint && other instanceof Uint) return new Uint(asUint(one.value + other.value))
  if (one instanceof Uint8Array && other instanceof Uint8Array) {
    assertTextLength(one.length + other.length)
    return Buffer.concat([one, other])
  }
  if (one instanceof Timestamp && other instanceof Duration) return shifted(one, other.nanos)
  if (one instanceof Duration && other instanceof Timestamp) return shifted(other, one.nanos)
  if (one instanceof Duration && other instanceof Duration) return new Duration(one.nanos + other.nanos)
  return refuse('+', one, other)
}

function calculate(op: Operator, one: unknown, other: unknown): unknown {
  if (typeof one === 'bigint' && typeof other === 'bigint') return asInt(integers[op](one, other))
  if (typeof one === 'number' && typeof other === 'number' && op !== '%') return doubles[op](one, other)
  if (one instanceof Uint && other instanceof Uint) return new Uint(asUint(integers[op](one.value, other.value)))
  return refuse(op, one, other)
}

function refuse(op: string, one: unknown, other: unknown): never {
  throw new CelError(`"${op}" does not take ${kindOf(one)} and ${kindOf(other)}`)
}

function nonZero(divisor: bigint): bigint {
  if (divisor === 0n) throw new CelError('division by zero')
  return divisor
}

const nanosOf = (ms: number): bigint => BigInt(Math.trunc(ms)) * 1_000_000n

const MAX_TIME_MS = 253_402_300_799_999
const MIN_TIME_MS = -62_135_596_800_000

function shifted({ ms }: Timestamp, nanos: bigint): Timestamp {
  const to = ms + Number(nanos / 1_000_000n)
  if (!(to <= MAX_TIME_MS && to >= MIN_TIME_MS)) throw new CelError('timestamp is outside the years 1 to 9999')
  return new Timestamp(to)
}

import { CelError } from './cel-error.ts'

export const MAX_INT = 9_223_372_036_854_775_807n
export const MIN_INT = -9_223_372_036_854_775_808n
const MAX_UINT = 18_446_744_073_709_551_615n

export function asInt(value: bigint): bigint {
  if (value > MAX_INT || value < MIN_INT) throw new CelError('int overflows 64 bits')
  return value
}

export function asUint(value: bigint): bigint {
  if (value > MAX_UINT || value < 0n) throw new CelError('uint overflows 64 bits')
  return value
}

/** An int as an index of JavaScript: `-1` for what no list is long enough for. */
export const indexOf = (value: bigint): number => (value >= 0n && value <= 0x7fff_ffffn ? Number(value) : -1)

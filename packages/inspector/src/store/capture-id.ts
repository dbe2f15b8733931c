/** What an id is made of: the second, and a counter of the store. Later ones sort after earlier ones. */
export interface CaptureNumber {
  readonly second: number
  readonly sequence: number
}

/** 16 hex digits. */
export function captureIdOf({ second, sequence }: CaptureNumber): string {
  return hex8(second) + hex8(sequence)
}

/** The place in the order of a store that has come to `next`: the newest one before it whose id could be this. */
export function sequenceOf(id: string, next: number): number {
  const low = Number.parseInt(id.slice(8), 16)
  const candidate = next - (next % COUNTER_RANGE) + low
  return candidate < next ? candidate : candidate - COUNTER_RANGE
}

/** The counter begins anew in an id, in a store it does not. */
const COUNTER_RANGE = 2 ** 32

const hex8 = (value: number) => (value >>> 0).toString(16).padStart(8, '0')

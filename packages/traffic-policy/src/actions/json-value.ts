/** Compact JSON of what an expression can give; integers that came as `bigint` are written as numbers. Reference §2.9 */
export function jsonFromValue(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? rawNumber(member) : member)) ?? ''
}

/** Exact where a double can hold it, text where it cannot. */
function rawNumber(value: bigint): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value.toString()
}

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export function spreadOf(samples: readonly number[]): Spread {
  return { median: median(samples), min: Math.min(...samples), max: Math.max(...samples) }
}

/**
 * The median over rounds of `ours` ÷ `theirs` within the round. What slows a whole round slows both of its sides, so
 * this moves less on a busy machine than the ratio of the two medians.
 */
export function medianRatio(ours: readonly number[], theirs: readonly number[]): number | undefined {
  if (ours.length === 0 || ours.length !== theirs.length) return undefined
  return median(ours.map((rate, round) => rate / theirs[round]!))
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The least sample that no less than `percent` % of the samples are at or below. */
export function percentileOf(samples: readonly number[], percent: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN
}

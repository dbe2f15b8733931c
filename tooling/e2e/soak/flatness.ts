/** What may not grow, and how much of growth is noise. */
export interface Quantity {
  readonly name: string
  readonly unit: string
  /** The larger of an absolute amount and a share of the mean. */
  readonly tolerance: { readonly amount: number; readonly share: number }
}

export interface Verdict {
  readonly quantity: Quantity
  readonly mean: number
  readonly perMinute: number
  /** Along the fitted line, from the first point to the last. */
  readonly growth: number
  readonly tolerated: number
  readonly isFlat: boolean
}

/** A point in time, in seconds, with a value. */
export type Point = readonly [atSeconds: number, value: number]

/** Fits a line to the points by least squares. Falling is flat: what was warm-up may still be given back. */
export function verdictOn(quantity: Quantity, points: readonly Point[]): Verdict {
  const mean = meanOf(points.map(([, value]) => value))
  const slope = slopeOf(points)
  const growth = slope * ((points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0))
  const tolerated = Math.max(quantity.tolerance.amount, quantity.tolerance.share * mean)
  return { quantity, mean, perMinute: slope * 60, growth, tolerated, isFlat: growth <= tolerated }
}

/** Throws for fewer than two moments: no line goes through them. */
function slopeOf(points: readonly Point[]): number {
  const meanAt = meanOf(points.map(([at]) => at))
  const meanValue = meanOf(points.map(([, value]) => value))
  let covariance = 0
  let variance = 0
  for (const [at, value] of points) {
    covariance += (at - meanAt) * (value - meanValue)
    variance += (at - meanAt) ** 2
  }
  if (!(variance > 0)) throw new Error(`${points.length} points have no slope`)
  return covariance / variance
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

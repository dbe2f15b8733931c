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
  /** The least of the slopes of all points, of their last half and of their last third. */
  readonly perMinute: number
  /** Along a line of that slope, from the first point to the last. */
  readonly growth: number
  readonly tolerated: number
  readonly isFlat: boolean
}

/** A point in time, in seconds, with a value. */
export type Point = readonly [atSeconds: number, value: number]

/** What goes on growing does so to the end; an allocator that once took another few dozen megabytes does not. */
const SUFFIXES = [1, 1 / 2, 1 / 3]

/** Fits lines to the points by least squares. Falling is flat: what was warm-up may still be given back. */
export function verdictOn(quantity: Quantity, points: readonly Point[]): Verdict {
  const mean = meanOf(points.map(([, value]) => value))
  const slope = Math.min(...SUFFIXES.map((share) => slopeOf(points.slice(-Math.ceil(points.length * share)))))
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

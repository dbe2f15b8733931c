/** Everything that traffic can make grow. */
export interface InspectorLimits {
  /**
   * Memory for captures, in bytes: heads, bodies and what they cost beside them. Beyond it the oldest go, pinned ones last.
   * `0` stores nothing, and no exchange is looked at.
   * @default 50_000_000 (reference agent.md §3.4, `inspect_db_size`)
   */
  maxBytes: number
  /** Captures in memory; beyond it the oldest go. @default 10_000 */
  maxCaptures: number
  /** Stored of one body, or of one direction of a connection; more only counts. At most a quarter of `maxBytes`. @default 10_485_760 */
  maxBodyBytes: number
  /** Noticed arrivals of bytes in one capture of a stream kind; later ones join the last. @default 10_000 */
  maxPieces: number
  /** 1xx heads kept of one exchange. @default 16 */
  maxInformational: number
}

export const defaultInspectorLimits: Readonly<InspectorLimits> = {
  maxBytes: 50_000_000,
  maxCaptures: 10_000,
  maxBodyBytes: 10_485_760,
  maxPieces: 10_000,
  maxInformational: 16,
}

/** Fills in the defaults. Throws a RangeError with the value and the bound. */
export function resolveInspectorLimits(limits: Partial<InspectorLimits> = {}): Readonly<InspectorLimits> {
  const resolved = { ...defaultInspectorLimits }
  for (const name of Object.keys(resolved) as (keyof InspectorLimits)[]) {
    const value = limits[name] ?? resolved[name]
    const least = name === 'maxBytes' ? 0 : 1
    if (!Number.isSafeInteger(value) || value < least) {
      throw new RangeError(`${name} ${value} is not an integer from ${least}`)
    }
    resolved[name] = value
  }
  resolved.maxBodyBytes = Math.min(resolved.maxBodyBytes, Math.max(1, Math.floor(resolved.maxBytes / 4)))
  return resolved
}

/** Delays between attempts to reconnect (reference agent.md §7.7). */
export interface BackoffOptions {
  /** @default 500 */
  firstDelayMs?: number
  /** @default 30_000 */
  maxDelayMs?: number
  /** How far a delay may be off, so that agents of a restarted edge do not come back all at once. @default 0.2 */
  jitter?: number
  random?: () => number
}

/** The delay before attempt `attempt` (0 is the first): doubling from `firstDelayMs` to `maxDelayMs`, give or take `jitter`. */
export function backoffDelayMs(attempt: number, options: BackoffOptions = {}): number {
  const { firstDelayMs = 500, maxDelayMs = 30_000, jitter = 0.2, random = Math.random } = options
  const delay = Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(attempt, 30))
  return Math.round(delay * (1 - jitter + 2 * jitter * random()))
}

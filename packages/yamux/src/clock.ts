import { performance } from 'node:perf_hooks'

/** Where a session takes its time from. Tests pass one that they move by hand. */
export interface Clock {
  /** Milliseconds from any fixed point; never goes back. */
  now(): number
  setTimeout(run: () => void, delayMs: number): unknown
  clearTimeout(id: unknown): void
}

/** Its timers only watch, so they never keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout: (run, delayMs) => setTimeout(run, delayMs).unref(),
  clearTimeout: (id) => clearTimeout(id as NodeJS.Timeout),
}

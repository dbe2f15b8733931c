import type { Clock } from './clock.ts'
import { INITIAL_WINDOW_BYTES } from './frame.ts'

interface GrowthOptions {
  readonly clock: Clock
  readonly maxStreamBytes: number
  readonly maxTotalBytes: number
  readonly rttMs: () => number | undefined
  /** Called when a stream could use a window but the round-trip time is not known. */
  readonly measureRtt: () => void
}

/**
 * A round trip counts as this long at least. On a fast network a ping finds an idle peer, while data waits for turns of
 * busy event loops on both sides: windows sized by the ping alone leave a bulk stream waiting (420 instead of 700 MB/s
 * over loopback).
 */
const LEAST_RTT_MS = 5

/**
 * Decides how large receive windows become. Credit goes out when half a window was consumed; when that took less than
 * two round trips, the window, not the reader, was what held the sender back, and it doubles. SPEC.md §4.3.
 */
export class WindowGrowth {
  readonly #options: GrowthOptions
  #totalLeft: number

  constructor(options: GrowthOptions) {
    this.#options = options
    this.#totalLeft = options.maxTotalBytes
  }

  now(): number {
    return this.#options.clock.now()
  }

  /** The size that a window of `size` has next, when its last credit went out at `grantedAtMs` and more is due at `nowMs`. */
  next(size: number, grantedAtMs: number, nowMs: number): number {
    if (size >= this.#options.maxStreamBytes || this.#totalLeft === 0) return size
    const rttMs = this.#options.rttMs()
    if (rttMs === undefined) {
      this.#options.measureRtt()
      return size
    }
    if (nowMs - grantedAtMs >= 2 * Math.max(rttMs, LEAST_RTT_MS)) return size
    const extra = Math.min(size, this.#options.maxStreamBytes - size, this.#totalLeft)
    this.#totalLeft -= extra
    return size + extra
  }

  /** Takes back what a window of `size` had grown, once its stream is gone. */
  release(size: number): void {
    this.#totalLeft += size - INITIAL_WINDOW_BYTES
  }
}

/** A rate is averaged over steps of this length. */
const STEP_MS = 5000

/**
 * Events per second, averaged with weights that fall off exponentially over `minutes`: as `uptime` has its load. The first step
 * counts whole, so that a young rate is not close to zero for minutes.
 */
export class MovingRate {
  readonly #keptPerStep: number
  #stepEndsAt: number
  #inStep = 0
  #perSecond: number | undefined

  constructor(minutes: number, nowMs: number) {
    this.#keptPerStep = Math.exp(-STEP_MS / 60_000 / minutes)
    this.#stepEndsAt = nowMs + STEP_MS
  }

  add(nowMs: number): void {
    this.#advance(nowMs)
    this.#inStep++
  }

  perSecond(nowMs: number): number {
    this.#advance(nowMs)
    return this.#perSecond ?? 0
  }

  /** Without a timer: the steps that have passed are made up for. */
  #advance(nowMs: number): void {
    if (nowMs < this.#stepEndsAt) return
    const emptySteps = Math.floor((nowMs - this.#stepEndsAt) / STEP_MS)
    const inStep = (this.#inStep * 1000) / STEP_MS
    const before = this.#perSecond
    const after = before === undefined ? inStep : inStep + (before - inStep) * this.#keptPerStep
    this.#perSecond = after * this.#keptPerStep ** emptySteps
    this.#inStep = 0
    this.#stepEndsAt += (emptySteps + 1) * STEP_MS
  }
}

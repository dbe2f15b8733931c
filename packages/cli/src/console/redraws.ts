/** More often a person sees nothing new. */
const MAX_REDRAWS_PER_SECOND = 10
/** Rates and percentiles change also when nothing happens. */
const FIGURES_EVERY_MS = 1000

/** Calls `draw` soon after it was asked to, at most ten times a second, and once a second anyway. */
export class Redraws {
  readonly #draw: () => void
  readonly #ticker: NodeJS.Timeout
  #waiting: NodeJS.Timeout | undefined
  #drawnAt = Number.NEGATIVE_INFINITY

  constructor(draw: () => void) {
    this.#draw = draw
    this.#ticker = setInterval(() => this.#now(), FIGURES_EVERY_MS).unref()
  }

  request(): void {
    const waitMs = this.#drawnAt + 1000 / MAX_REDRAWS_PER_SECOND - performance.now()
    if (waitMs <= 0) this.#now()
    else this.#waiting ??= setTimeout(() => this.#now(), waitMs).unref()
  }

  stop(): void {
    clearInterval(this.#ticker)
    clearTimeout(this.#waiting)
  }

  #now(): void {
    clearTimeout(this.#waiting)
    this.#waiting = undefined
    this.#drawnAt = performance.now()
    this.#draw()
  }
}

import type { HeaderList } from '@tunnel/http'

export interface CircuitBreakerConfig {
  /** The share of errors that trips the breaker, 0 to 1. */
  errorThreshold: number
  /** How many requests the window must have seen before it can trip. */
  volumeThreshold: number
  /** The window in milliseconds, 1 s to 2 min. */
  windowMs: number
  /** How long it stays open before a request may probe, in milliseconds, 1 s to 2 min. */
  trippedMs: number
  /** `false` keeps the metrics and never opens. */
  enforce: boolean
}

/** As the event field `circuit_breaker.decision` says it. */
export type BreakerDecision = 'allow' | 'block' | 'allow_while_open'

export interface BreakerPass {
  decision: 'allow' | 'allow_while_open'
  /** Tells how it went, once: `isCircuitError`. Responses that policy made without the upstream are not told. */
  settle(isError: boolean, nowMs: number): void
}

export interface BreakerBlock {
  decision: 'block'
  /** `retry-after`, for the 503 with `ERR_TUNNEL_3202`. */
  headers: HeaderList
}

export interface CircuitBreaker {
  enter(nowMs: number): BreakerPass | BreakerBlock
}

const BUCKETS = 10

/** An error is a status of 500 or more, or no response at all (`undefined`). Reference §7.2 */
export function isCircuitError(status: number | undefined): boolean {
  return status === undefined || status >= 500
}

/**
 * A breaker in Hystrix' style: it opens when enough of the requests in a window failed, and closes when a probe succeeds.
 *
 * @see Reference §7.2
 */
export function createCircuitBreaker(config: CircuitBreakerConfig): CircuitBreaker {
  const window = createWindow(config.windowMs / BUCKETS)
  let state: 'closed' | 'open' = 'closed'
  let trippedAt = 0
  // Grows when the breaker opens or closes: a request that began before says nothing about the upstream after.
  let epoch = 0

  const move = (to: typeof state, nowMs: number) => {
    state = to
    trippedAt = nowMs
    epoch++
    window.clear()
  }

  const pass = (decision: BreakerPass['decision']): BreakerPass => {
    const begunIn = epoch
    let isSettled = false
    return {
      decision,
      settle(isError, nowMs) {
        if (isSettled || begunIn !== epoch) return
        isSettled = true
        if (state === 'closed') window.count(isError, nowMs)
        else if (isError) trippedAt = nowMs
        else move('closed', nowMs)
      },
    }
  }

  const block = (nowMs: number): BreakerBlock => {
    const seconds = Math.max(1, Math.ceil((trippedAt + config.trippedMs - nowMs) / 1000))
    return { decision: 'block', headers: ['retry-after', String(seconds)] }
  }

  return {
    enter(nowMs) {
      if (state === 'open') {
        if (nowMs - trippedAt < config.trippedMs) return block(nowMs)
        trippedAt = nowMs
        return pass('allow_while_open')
      }
      const { total, errors } = window.sum(nowMs)
      const trips = total >= config.volumeThreshold && errors / total >= config.errorThreshold
      if (!trips || !config.enforce) return pass('allow')
      move('open', nowMs)
      return block(nowMs)
    },
  }
}

/** Counts in a ring of buckets, of which only those of the last `BUCKETS * bucketMs` count. */
function createWindow(bucketMs: number) {
  const totals = new Uint32Array(BUCKETS)
  const errors = new Uint32Array(BUCKETS)
  let newest = Number.NEGATIVE_INFINITY

  const moveTo = (nowMs: number) => {
    const tick = Math.max(Math.floor(nowMs / bucketMs), newest)
    for (let emptied = Math.max(newest + 1, tick - BUCKETS + 1); emptied <= tick; emptied++) {
      totals[slot(emptied)] = 0
      errors[slot(emptied)] = 0
    }
    newest = tick
  }
  return {
    count(isError: boolean, nowMs: number) {
      moveTo(nowMs)
      totals[slot(newest)]!++
      if (isError) errors[slot(newest)]!++
    },
    sum(nowMs: number) {
      moveTo(nowMs)
      return { total: totals.reduce(plus), errors: errors.reduce(plus) }
    },
    clear() {
      totals.fill(0)
      errors.fill(0)
    },
  }
}

function slot(tick: number): number {
  return ((tick % BUCKETS) + BUCKETS) % BUCKETS
}

function plus(one: number, other: number): number {
  return one + other
}

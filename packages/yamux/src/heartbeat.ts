import type { Clock } from './clock.ts'
import { YamuxError } from './errors.ts'

interface HeartbeatOptions {
  readonly clock: Clock
  /** `undefined`: ping only when asked. */
  readonly intervalMs: number | undefined
  readonly timeoutMs: number
  readonly sendPing: (id: number) => void
  readonly onRtt: (rttMs: number) => void
  readonly onSilence: (error: YamuxError) => void
}

interface Waiter {
  readonly resolve: (rttMs: number) => void
  readonly reject: (error: Error) => void
}

/**
 * A timer that is this late fires in a process that was stopped, or on a machine that slept. What the peer said meanwhile
 * is still to be read, and has as long again to be.
 */
const ASLEEP_MS = 1000

/** Pings: at most one is on its way, and all who ask meanwhile share its answer. */
export class Heartbeat {
  readonly #options: HeartbeatOptions
  #nextId = 0
  #pending: { id: number; sentAtMs: number } | undefined
  /** When the pending ping is given up, unless something is heard. */
  #dueAtMs = 0
  #waiters: Waiter[] = []
  #intervalTimer: unknown
  #timeoutTimer: unknown
  /** How often anything arrived, ever. */
  #heardCount = 0
  #heardAtStart = 0
  rttMs: number | undefined

  constructor(options: HeartbeatOptions) {
    this.#options = options
  }

  start(): void {
    const { clock, intervalMs } = this.#options
    if (intervalMs !== undefined) this.#intervalTimer = clock.setTimeout(this.#onInterval, intervalMs)
  }

  /** @throws (rejects) YamuxError `ERR_YAMUX_PING_TIMEOUT`, or what the session ended with */
  ask(): Promise<number> {
    const answer = new Promise<number>((resolve, reject) => this.#waiters.push({ resolve, reject }))
    // Whoever pings only for the 'ping' event need not handle the promise.
    answer.catch(() => {})
    this.measure()
    return answer
  }

  measure(): void {
    if (this.#pending) return
    const { clock, timeoutMs, sendPing } = this.#options
    const id = this.#nextId
    this.#nextId = (id + 1) >>> 0
    this.#pending = { id, sentAtMs: clock.now() }
    this.#watch(timeoutMs)
    sendPing(id)
  }

  /** Whether the peer says anything within `withinMs`: the answer to a ping, or any bytes that may be in front of it. */
  isAlive(withinMs: number): Promise<boolean> {
    const { clock } = this.#options
    const before = this.#heardCount
    const answered = this.ask().then(
      () => true,
      () => false,
    )
    let timer: unknown
    const late = new Promise<boolean>((resolve) => {
      timer = clock.setTimeout(() => resolve(this.#heardCount !== before), withinMs)
    })
    return Promise.race([answered, late]).finally(() => clock.clearTimeout(timer))
  }

  /** Any bytes from the peer: it is alive, even if its answer waits behind them. */
  hear(): void {
    this.#heardCount++
  }

  /** An answer nobody waits for is ignored, as one that comes after its ping timed out. */
  answer(id: number): void {
    if (this.#pending?.id !== id) return
    const rttMs = this.#options.clock.now() - this.#pending.sentAtMs
    this.#settlePending()
    this.rttMs = rttMs
    for (const waiter of this.#takeWaiters()) waiter.resolve(rttMs)
    this.#options.onRtt(rttMs)
  }

  stop(error: Error): void {
    this.#settlePending()
    this.#options.clock.clearTimeout(this.#intervalTimer)
    for (const waiter of this.#takeWaiters()) waiter.reject(error)
  }

  #onInterval = (): void => {
    this.measure()
    this.#intervalTimer = this.#options.clock.setTimeout(this.#onInterval, this.#options.intervalMs ?? 0)
  }

  #onTimeout = (): void => {
    const { clock, intervalMs, timeoutMs, onSilence } = this.#options
    if (this.#heardCount !== this.#heardAtStart) return this.#watch(timeoutMs)
    if (clock.now() - this.#dueAtMs >= ASLEEP_MS) return this.#watch(Math.min(timeoutMs, ASLEEP_MS))
    this.#settlePending()
    for (const waiter of this.#takeWaiters()) {
      waiter.reject(new YamuxError('ERR_YAMUX_PING_TIMEOUT', `no answer to a ping within ${timeoutMs} ms`))
    }
    if (intervalMs !== undefined) {
      onSilence(new YamuxError('ERR_YAMUX_KEEPALIVE_TIMEOUT', `nothing from the peer for ${timeoutMs} ms after a ping`))
    }
  }

  #watch(forMs: number): void {
    const { clock } = this.#options
    this.#heardAtStart = this.#heardCount
    this.#dueAtMs = clock.now() + forMs
    this.#timeoutTimer = clock.setTimeout(this.#onTimeout, forMs)
  }

  #settlePending(): void {
    this.#pending = undefined
    this.#options.clock.clearTimeout(this.#timeoutTimer)
    this.#timeoutTimer = undefined
  }

  #takeWaiters(): Waiter[] {
    const waiters = this.#waiters
    this.#waiters = []
    return waiters
  }
}

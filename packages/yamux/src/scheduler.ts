import { Batch } from './batch.ts'
import type { Clock } from './clock.ts'
import { ControlQueue } from './control-queue.ts'
import type { Flow } from './flow.ts'
import type { Link } from './link.ts'
import { TURN_BYTES, TurnQueue } from './turn-queue.ts'

/** How much is gathered before it is written. */
const BATCH_BYTES = 128 * 1024
/** What streams that go first may have of it while others wait. */
const FEW_BYTES = BATCH_BYTES - TURN_BYTES
/** So many streams do not wait for the end of the turn: while this side is still busy with it, the peer can begin. */
const BATCH_STREAMS = 24
/** What a closing session still hands to its connection at most. */
const LAST_BYTES = 16 * 1024 * 1024

interface SchedulerOptions {
  readonly clock: Clock
  readonly writeTimeoutMs: number
  readonly maxReplies: number
  readonly onWriteTimeout: () => void
}

/** Gathers the frames of a turn of the event loop into one write, streams taking turns. */
export class Scheduler {
  readonly control: ControlQueue
  readonly #options: SchedulerOptions
  readonly #batch = new Batch()
  #link: Link | undefined
  readonly #waiting = new TurnQueue<Flow>()
  #immediate: NodeJS.Immediate | undefined
  #woken = 0
  #isFlushing = false
  #onFlushed: (() => void) | undefined
  #isBlocked = false
  #blockedAtMs = 0
  #writeTimer: unknown

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.control = new ControlQueue(options.maxReplies)
  }

  start(link: Link): void {
    this.#link = link
    this.schedule()
  }

  wake(flow: Flow): void {
    if (flow.isQueued) return
    // Before this one, which may have more to say in a moment.
    if (this.#woken >= BATCH_STREAMS) this.#flush()
    this.#woken++
    this.#waiting.add(flow)
    this.schedule()
  }

  /** Writes what was gathered, if as many streams have spoken as a write is for, and another one wants to. */
  makeRoom(flow: Flow): void {
    if (this.#woken >= BATCH_STREAMS && this.#batch.lastStreamId !== flow.id) this.#flush()
  }

  /** Puts `chunk` next to what leaves at the end of this turn. False where others go first, or it cannot leave then. */
  addNow(flow: Flow, chunk: Uint8Array | string): boolean {
    const batch = this.#batch
    if (this.#isFlushing || this.#isBlocked || !this.#link || !batch.isContiguous) return false
    if (batch.bytes >= FEW_BYTES || !this.#waiting.isNext(flow, chunk.length)) return false
    if (batch.data(flow.id, chunk)) this.#woken++
    this.#waiting.sent(flow, chunk.length)
    this.schedule()
    return true
  }

  /** Has a write follow at the end of this turn. */
  schedule(): void {
    if (this.#immediate === undefined && !this.#isBlocked && this.#link) this.#immediate = setImmediate(this.#onTurn)
  }

  unblock(): void {
    this.#isBlocked = false
    this.#flush()
  }

  /**
   * Writes everything that windows allow, whether the connection asks to wait or not, and nothing after it; then runs
   * `onFinished`. From inside a write callback, all of that happens once the batch being made is complete.
   */
  finish(onFinished: () => void): void {
    if (this.#isFlushing) {
      this.#onFlushed = () => this.finish(onFinished)
      return
    }
    for (let left = LAST_BYTES; left > 0 && this.#link && !this.#isIdle(); left -= BATCH_BYTES)
      this.#writeBatch(this.#link)
    this.stop()
    onFinished()
  }

  stop(): void {
    this.#link = undefined
    this.#options.clock.clearTimeout(this.#writeTimer)
    this.#writeTimer = undefined
    this.#waiting.clear()
    this.#batch.take()
  }

  #onTurn = (): void => {
    this.#immediate = undefined
    this.#flush()
  }

  #flush(): void {
    this.#woken = 0
    if (this.#isFlushing || this.#isBlocked || !this.#link || this.#isIdle()) return
    this.#writeBatch(this.#link)
    const onFlushed = this.#onFlushed
    this.#onFlushed = undefined
    if (onFlushed) onFlushed()
    else if (!this.#isIdle()) this.schedule()
  }

  #isIdle(): boolean {
    return this.#waiting.isEmpty && this.control.isEmpty && this.#batch.bytes === 0
  }

  #writeBatch(link: Link): void {
    const batch = this.#batch
    this.#isFlushing = true
    this.control.emit(batch)
    const waiting = this.#waiting
    for (let flow = waiting.take(false); flow; flow = waiting.take(batch.bytes >= FEW_BYTES)) {
      const before = batch.bytes
      // Nobody waits behind the only one: it may fill the batch with one frame.
      const hasMore = flow.emit(batch, waiting.isEmpty ? BATCH_BYTES - before : TURN_BYTES)
      waiting.sent(flow, batch.bytes - before)
      // A write callback may have woken the flow already.
      if (hasMore && !flow.isQueued) waiting.add(flow)
      if (batch.bytes >= BATCH_BYTES) break
    }
    this.#isFlushing = false
    if (batch.bytes === 0) return
    // A write callback may have aborted the session.
    if (this.#link === undefined) batch.take()
    else if (!link.write(batch.take(), batch.takeOnFree())) this.#block()
  }

  #block(): void {
    this.#isBlocked = true
    this.#blockedAtMs = this.#options.clock.now()
    this.#writeTimer ??= this.#options.clock.setTimeout(this.#onWriteTimer, this.#options.writeTimeoutMs)
  }

  /** One timer watches many short waits: a connection is blocked and released thousands of times a second. */
  #onWriteTimer = (): void => {
    this.#writeTimer = undefined
    if (!this.#isBlocked) return
    const leftMs = this.#blockedAtMs + this.#options.writeTimeoutMs - this.#options.clock.now()
    if (leftMs <= 0) this.#options.onWriteTimeout()
    else this.#writeTimer = this.#options.clock.setTimeout(this.#onWriteTimer, leftMs)
  }
}

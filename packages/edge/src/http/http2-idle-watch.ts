import { errorCodes, type ServerConnection } from '@tunnel/http2'
import type { EdgeLimits } from '../limits.ts'
import { turnTimeMs } from '../turn-time.ts'

/** A slow visitor has to read first what is on its way to it. */
const MAX_UNANSWERED = 2

/** Ends an HTTP/2 connection without requests when its visitor is idle for too long, or gone. */
export class IdleWatch {
  readonly #connection: ServerConnection
  readonly #limits: EdgeLimits
  readonly #isUnwanted: () => boolean
  readonly #onGone: () => void
  readonly #timer: NodeJS.Timeout
  #activeAtMs = turnTimeMs()
  #isWaiting = false
  #unanswered = 0
  #isLeaving = false

  /** `isUnwanted`: nobody keeps the connection for further requests. `onGone`: its visitor does not answer any more. */
  constructor(connection: ServerConnection, limits: EdgeLimits, isUnwanted: () => boolean, onGone: () => void) {
    this.#connection = connection
    this.#limits = limits
    this.#isUnwanted = isUnwanted
    this.#onGone = onGone
    const everyMs = Math.min(limits.http2PingIntervalMs, limits.clientIdleTimeoutMs)
    this.#timer = setInterval(this.#look, everyMs).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** The visitor has something to do with the connection. */
  touch(): void {
    this.#activeAtMs = turnTimeMs()
  }

  leave(): void {
    this.#isLeaving = true
    this.#connection.leave()
  }

  /** The last request has ended. */
  onIdle(): void {
    this.touch()
    if (this.#isUnwanted()) this.leave()
  }

  readonly #look = (): void => {
    if (this.#connection.openStreams > 0) return
    // Who was told goodbye has had its time to say that nothing more of it is on its way.
    if (this.#isLeaving) return this.#connection.close(errorCodes.NO_ERROR)
    if (this.#isUnwanted()) return this.leave()
    if (this.#isWaiting) {
      if (++this.#unanswered === MAX_UNANSWERED) this.#onGone()
      return
    }
    if (performance.now() - this.#activeAtMs >= this.#limits.clientIdleTimeoutMs) return this.leave()
    this.#isWaiting = this.#connection.ping(() => {
      this.#isWaiting = false
      this.#unanswered = 0
    })
  }
}

import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { EdgeLimits } from '../limits.ts'

/** A slow visitor has to read first what is on its way to it. */
const MAX_UNANSWERED = 2

/**
 * Ends an HTTP/2 connection without requests when its visitor is idle for too long, or gone. After some errors of the visitor node:http2
 * says goodbye and stops reading, without a word to us: it would never see the connection close. (Nor does it clear the timer of its own
 * `setTimeout` when it is destroyed, nodejs 20.20: sessions would be kept until it rings.)
 */
export class IdleWatch {
  readonly #session: ServerHttp2Session
  readonly #limits: EdgeLimits
  #openStreams = 0
  #activeAtMs = performance.now()
  #isWaiting = false
  #unanswered = 0

  constructor(session: ServerHttp2Session, limits: EdgeLimits) {
    this.#session = session
    this.#limits = limits
    const everyMs = Math.min(limits.http2PingIntervalMs, limits.clientIdleTimeoutMs)
    const timer = setInterval(this.#look, everyMs).unref()
    session.once('close', () => clearInterval(timer))
    session.on('stream', this.#onStream)
    session.on('ping', this.#touch)
  }

  readonly #touch = (): void => {
    this.#activeAtMs = performance.now()
  }

  readonly #onStream = (stream: ServerHttp2Stream): void => {
    this.#openStreams++
    stream.once('close', () => {
      this.#openStreams--
      this.#touch()
    })
  }

  readonly #look = (): void => {
    if (this.#openStreams > 0) return
    if (this.#isWaiting) {
      if (++this.#unanswered === MAX_UNANSWERED) this.#session.destroy()
      return
    }
    if (performance.now() - this.#activeAtMs >= this.#limits.clientIdleTimeoutMs) return this.#session.close()
    this.#isWaiting = this.#session.ping(() => {
      this.#isWaiting = false
      this.#unanswered = 0
    })
  }
}

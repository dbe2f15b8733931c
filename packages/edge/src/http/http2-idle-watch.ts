import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { EdgeLimits } from '../limits.ts'

/** A slow visitor has to read first what is on its way to it. */
const MAX_UNANSWERED = 2

/** The highest stream id there is: a GOAWAY with it only announces the one that counts. */
const MAX_STREAM_ID = 2 ** 31 - 1

/**
 * Ends an HTTP/2 connection without requests when its visitor is idle for too long, or gone. After some errors of the visitor node:http2
 * says goodbye and stops reading, without a word to us: it would never see the connection close. (Nor does it clear the timer of its own
 * `setTimeout` when it is destroyed, nodejs 20.20: sessions would be kept until it rings.)
 */
export class IdleWatch {
  readonly #session: ServerHttp2Session
  readonly #limits: EdgeLimits
  readonly #isUnwanted: () => boolean
  #openStreams = 0
  #activeAtMs = performance.now()
  #isWaiting = false
  #unanswered = 0
  #isLeaving = false

  /** `isUnwanted`: nobody keeps the connection for further requests. */
  constructor(session: ServerHttp2Session, limits: EdgeLimits, isUnwanted: () => boolean) {
    this.#session = session
    this.#limits = limits
    this.#isUnwanted = isUnwanted
    const everyMs = Math.min(limits.http2PingIntervalMs, limits.clientIdleTimeoutMs)
    const timer = setInterval(this.#look, everyMs).unref()
    session.once('close', () => clearInterval(timer))
    session.on('stream', this.#onStream)
    session.on('ping', this.#touch)
  }

  /**
   * Says goodbye in two steps (RFC 9113 §6.8): by the time a ping is answered, every request sent before the first one has arrived. In one
   * where no request runs: nghttp2 reads nothing more then, not even the answer to the ping.
   */
  leave(): void {
    if (this.#session.closed || this.#session.destroyed) return
    this.#isLeaving = true
    if (this.#openStreams === 0) return this.#session.close()
    this.#session.goaway(constants.NGHTTP2_NO_ERROR, MAX_STREAM_ID)
    if (!this.#session.ping(() => this.#session.close())) this.#session.close()
  }

  get #isOver(): boolean {
    return this.#isLeaving || this.#isUnwanted()
  }

  readonly #touch = (): void => {
    this.#activeAtMs = performance.now()
  }

  readonly #onStream = (stream: ServerHttp2Stream): void => {
    this.#openStreams++
    stream.once('close', () => {
      this.#openStreams--
      this.#touch()
      if (this.#openStreams === 0 && this.#isOver) this.#session.close()
    })
  }

  readonly #look = (): void => {
    if (this.#openStreams > 0) return
    if (this.#isOver) return this.#session.close()
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

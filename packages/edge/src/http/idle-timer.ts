import type { Socket } from 'node:net'
import { turnTimeMs } from '../turn-time.ts'

/** So many different times are left until a look, at most: Node keeps a list of timers for each. A look is late by a part of the time as small. */
const STEPS = 32

/**
 * Says when nothing was read from a socket, nor written to it, for a time. `socket.setTimeout` moves a timer with each read and each write; this
 * one looks when it is due, and leaves a socket that has something unwritten to Node, which knows whether that moves.
 */
export class IdleTimer {
  readonly #socket: Socket
  readonly #onIdle: () => void
  #timer: NodeJS.Timeout | undefined
  #ms = 0
  #activeAtMs = 0
  #isHandedOver = false
  #hasEnded = false

  /** `onIdle` is called again after as long a time. */
  constructor(socket: Socket, ms: number, onIdle: () => void) {
    this.#socket = socket
    this.#onIdle = onIdle
    // Not as an argument of setTimeout, which listens once: a connection is kept after a request that timed out.
    socket.on('timeout', onIdle)
    this.#begin(ms)
  }

  /** From now on so long. 0: never. */
  set ms(ms: number) {
    if (ms !== this.#ms) this.#begin(ms)
  }

  /** Something was read. */
  touch(): void {
    this.#activeAtMs = turnTimeMs()
    if (this.#timer === undefined && this.#socket.writableLength === 0) this.#begin(this.#ms)
  }

  /** Something was written, and so many bytes are to be written yet. */
  wrote(pendingBytes: number): void {
    this.#activeAtMs = turnTimeMs()
    if (this.#timer !== undefined && pendingBytes + this.#socket.writableLength > 0) this.#leaveToSocket()
  }

  /** The socket is somebody else's: its own timeout goes on with the same time. */
  handOver(): void {
    this.#isHandedOver = true
    this.#socket.off('timeout', this.#onIdle)
    this.#leaveToSocket()
  }

  /** The socket is closed. What comes later, as the end of its exchange, begins nothing. */
  end(): void {
    this.#hasEnded = true
    this.#stop()
  }

  #stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #begin(ms: number): void {
    if (this.#hasEnded) return
    this.#stop()
    this.#ms = ms
    if (this.#isHandedOver) return this.#leaveToSocket()
    this.#activeAtMs = turnTimeMs()
    if (this.#socket.timeout) this.#socket.setTimeout(0)
    if (ms > 0) this.#lookIn(ms)
  }

  #lookIn(ms: number): void {
    this.#timer = setTimeout(this.#look, ms).unref()
  }

  readonly #look = (): void => {
    const leftMs = this.#activeAtMs + this.#ms - performance.now()
    const stepMs = Math.ceil(this.#ms / STEPS)
    if (leftMs > 0) return this.#lookIn(Math.ceil(leftMs / stepMs) * stepMs)
    this.#begin(this.#ms)
    this.#onIdle()
  }

  #leaveToSocket(): void {
    this.#stop()
    this.#socket.setTimeout(this.#ms)
  }
}

import { Allowance } from './allowance.ts'
import { Http2Error } from './errors.ts'
import type { ServerOptions } from './options.ts'

/** Some gRPC clients measure the round trip with a PING for each read of a body. */
const CONTROL_FRAMES_EARNED = 4

/** Counts what has a server work for nothing (RFC 9113 §10.5). What is too much is thrown. */
export class Floods {
  readonly #options: ServerOptions
  readonly #resets: Allowance
  readonly #controlFrames: Allowance
  #invalidFrames = 0

  constructor(options: ServerOptions, now: () => number) {
    this.#options = options
    this.#resets = new Allowance(options.maxResets, options.maxResets / 30, now)
    this.#controlFrames = new Allowance(options.maxControlFrames, options.maxControlFrames / 10, now)
  }

  /** A request, or DATA that is not empty in either direction: there is something to the connection. */
  onUse(): void {
    this.#controlFrames.earn(CONTROL_FRAMES_EARNED)
  }

  onReset(): void {
    if (!this.#resets.take()) throw flood('maxResets', this.#options.maxResets)
  }

  onControlFrame(): void {
    if (!this.#controlFrames.take()) throw flood('maxControlFrames', this.#options.maxControlFrames)
  }

  onInvalidFrame(): void {
    if (++this.#invalidFrames > this.#options.maxInvalidFrames)
      throw flood('maxInvalidFrames', this.#options.maxInvalidFrames)
  }

  onUnsentControlFrames(count: number): void {
    if (count > this.#options.maxUnsentControlFrames)
      throw flood('maxUnsentControlFrames', this.#options.maxUnsentControlFrames)
  }
}

export function flood(limit: keyof ServerOptions, value: number): Http2Error {
  return new Http2Error('ENHANCE_YOUR_CALM', `more than ${limit} ${value}`)
}

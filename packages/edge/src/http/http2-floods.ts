import { constants, type ServerHttp2Session } from 'node:http2'
import type { EdgeLimits } from '../limits.ts'
import { Allowance } from './allowance.ts'

/** Some gRPC clients measure the round trip with a PING for each read of a body. */
const CONTROL_FRAMES_PER_BODY_PIECE = 4

/** Ends an HTTP/2 visitor connection that has the edge work for nothing: RFC 9113 §10.5. */
export class FloodGuard {
  readonly #session: ServerHttp2Session
  readonly #resets: Allowance
  readonly #controlFrames: Allowance

  constructor(session: ServerHttp2Session, { maxHttp2Resets, maxHttp2ControlFrames }: EdgeLimits) {
    this.#session = session
    this.#resets = new Allowance(maxHttp2Resets, maxHttp2Resets / 30)
    this.#controlFrames = new Allowance(maxHttp2ControlFrames, maxHttp2ControlFrames / 10)
    session.on('ping', this.#onControlFrame)
    session.on('remoteSettings', this.#onControlFrame)
    session.destroy = calmly(session.destroy)
  }

  /** A piece of a body has passed: there is something to the connection. */
  onBodyPiece(): void {
    this.#controlFrames.earn(CONTROL_FRAMES_PER_BODY_PIECE)
  }

  /** The visitor gave a stream up. */
  onReset(): void {
    if (!this.#resets.take()) this.#end()
  }

  readonly #onControlFrame = (): void => {
    if (!this.#controlFrames.take()) this.#end()
  }

  #end(): void {
    this.#session.destroy(new Error('the visitor floods'), constants.NGHTTP2_ENHANCE_YOUR_CALM)
  }
}

type Destroy = ServerHttp2Session['destroy']

/** What node:http2 itself ends a connection for, it calls an internal error of ours, floods included. */
function calmly(destroy: Destroy): Destroy {
  return function (this: ServerHttp2Session, error, code) {
    destroy.call(this, error, code ?? (isFlood(error) ? constants.NGHTTP2_ENHANCE_YOUR_CALM : undefined))
  }
}

/** nghttp2's FLOODED and TOO_MANY_CONTINUATIONS. */
const FLOOD_ERRNOS: ReadonlySet<number | undefined> = new Set([-904, -905])

function isFlood(error: NodeJS.ErrnoException | undefined): boolean {
  return FLOOD_ERRNOS.has(error?.errno) || error?.code === 'ERR_HTTP2_TOO_MANY_INVALID_FRAMES'
}

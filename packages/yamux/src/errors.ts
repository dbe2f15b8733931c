import { GoAwayCode } from './frame.ts'

/** What each code means for the peer and for a caller who might try again. README.md lists when each one occurs. */
const codes = {
  ERR_YAMUX_CONFIG: { goAway: undefined, retryable: false },
  ERR_YAMUX_ATTACHED: { goAway: undefined, retryable: false },
  ERR_YAMUX_PROTOCOL: { goAway: GoAwayCode.ProtocolError, retryable: false },
  ERR_YAMUX_WINDOW_EXCEEDED: { goAway: GoAwayCode.ProtocolError, retryable: false },
  ERR_YAMUX_FLOOD: { goAway: GoAwayCode.ProtocolError, retryable: false },
  ERR_YAMUX_REMOTE_ERROR: { goAway: GoAwayCode.Normal, retryable: false },
  ERR_YAMUX_CONNECTION: { goAway: undefined, retryable: true },
  ERR_YAMUX_KEEPALIVE_TIMEOUT: { goAway: undefined, retryable: true },
  ERR_YAMUX_WRITE_TIMEOUT: { goAway: undefined, retryable: true },
  ERR_YAMUX_PING_TIMEOUT: { goAway: undefined, retryable: true },
  ERR_YAMUX_SESSION_CLOSED: { goAway: GoAwayCode.Normal, retryable: true },
  ERR_YAMUX_GOING_AWAY: { goAway: undefined, retryable: true },
  ERR_YAMUX_MAX_STREAMS: { goAway: undefined, retryable: true },
  ERR_YAMUX_STREAMS_EXHAUSTED: { goAway: undefined, retryable: true },
  ERR_YAMUX_STREAM_REFUSED: { goAway: undefined, retryable: true },
  ERR_YAMUX_STREAM_RESET: { goAway: undefined, retryable: false },
} as const

export type YamuxErrorCode = keyof typeof codes

export const yamuxErrorCodes = Object.keys(codes) as YamuxErrorCode[]

/** The one error class of this package. Branch on `code`: `instanceof` fails between two copies of the package. */
export class YamuxError extends Error {
  override readonly name = 'YamuxError'
  readonly code: YamuxErrorCode
  /** Whether the same thing may succeed on a new session, or a moment later on this one. */
  readonly retryable: boolean

  constructor(code: YamuxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.retryable = codes[code].retryable
  }
}

/** The code of the go-away that announces `error` to the peer. `undefined`: the connection is past telling. */
export function goAwayCodeOf(error: Error | undefined): number | undefined {
  if (error === undefined) return GoAwayCode.Normal
  return error instanceof YamuxError ? codes[error.code].goAway : GoAwayCode.InternalError
}

import { type Clock, systemClock } from './clock.ts'
import { YamuxError } from './errors.ts'
import { INITIAL_WINDOW_BYTES, MAX_U32 } from './frame.ts'
import type { Stream } from './stream.ts'

/** Options of a session. The names up to `logger` and their units are those of yamux-js; the rest is ours. */
export interface Config {
  /**
   * How many streams may await the other side's ACK, each way.
   * The peer's streams beyond it are refused with RST (`ERR_YAMUX_STREAM_REFUSED` over there);
   * our own beyond it wait, with what was written to them, until the peer acknowledges earlier ones.
   *
   * @default 256
   * @see SPEC.md §3.1
   */
  acceptBacklog?: number

  /**
   * Whether to ping the peer regularly, and close the session when it falls silent.
   *
   * @default true
   */
  enableKeepAlive?: boolean

  /**
   * How often to ping, in **seconds** (as in yamux-js). While one ping is unanswered no other is sent; each answer emits `'ping'`.
   *
   * @default 30
   */
  keepAliveInterval?: number

  /**
   * How long the connection may refuse to take more bytes before the session aborts with `ERR_YAMUX_WRITE_TIMEOUT`, and how
   * long a closing session waits for the peer to close too, in **seconds** (as in yamux-js).
   *
   * @default 10
   */
  connectionWriteTimeout?: number

  /**
   * How far a stream's receive window may grow from its initial 256 KiB, in bytes. It doubles while the reader consumes
   * half of it in less than two round trips; a slow reader never makes it grow.
   *
   * @default 4_194_304
   * @see SPEC.md §4.3
   */
  maxStreamWindowSize?: number

  /**
   * Receives one line for each thing worth a log: a refused stream, a failing session. Never payload.
   *
   * @default none
   */
  logger?: (message: string) => void

  /**
   * How long the peer may be silent after a ping, in **seconds**, before the session aborts with
   * `ERR_YAMUX_KEEPALIVE_TIMEOUT`. Any bytes from the peer count as a sign of life. `session.ping()` gives up after it too.
   *
   * @default the value of `connectionWriteTimeout`
   */
  keepAliveTimeout?: number

  /**
   * How many streams may be open at once, both sides' together. Beyond it `open()` throws `ERR_YAMUX_MAX_STREAMS` and the
   * peer's new streams are refused with RST.
   *
   * @default 4096
   */
  maxStreams?: number

  /**
   * How much the receive windows of all streams together may grow beyond their initial 256 KiB, in bytes.
   * What a session can be made to buffer is `maxStreams` × 256 KiB plus this.
   *
   * @default 67_108_864
   */
  maxWindowGrowth?: number

  /**
   * How many answers (pongs and refusals) may wait for a connection that takes no bytes. A peer that asks for more
   * without reading ends the session with `ERR_YAMUX_FLOOD`.
   *
   * @default 1024
   */
  maxQueuedReplies?: number

  /** Takes the streams that the peer opens. Without it, and without a `'stream'` listener, they are refused. */
  onStream?: (stream: Stream) => void

  /** @default the system's, with timers that do not keep the process alive */
  clock?: Clock
}

/** A `Config` with every default in place and every time in milliseconds. */
export interface Settings {
  readonly acceptBacklog: number
  readonly enableKeepAlive: boolean
  readonly keepAliveIntervalMs: number
  readonly keepAliveTimeoutMs: number
  readonly connectionWriteTimeoutMs: number
  readonly maxStreamWindowSize: number
  readonly maxStreams: number
  readonly maxWindowGrowth: number
  readonly maxQueuedReplies: number
  readonly logger: (message: string) => void
  readonly clock: Clock
}

/** @throws YamuxError `ERR_YAMUX_CONFIG` that names the option, its value and its range */
export function validateConfig(config: Config): Settings {
  const connectionWriteTimeout = seconds('connectionWriteTimeout', config.connectionWriteTimeout ?? 10)
  return {
    acceptBacklog: count('acceptBacklog', config.acceptBacklog ?? 256, 1),
    enableKeepAlive: config.enableKeepAlive ?? true,
    keepAliveIntervalMs: seconds('keepAliveInterval', config.keepAliveInterval ?? 30) * 1000,
    keepAliveTimeoutMs: seconds('keepAliveTimeout', config.keepAliveTimeout ?? connectionWriteTimeout) * 1000,
    connectionWriteTimeoutMs: connectionWriteTimeout * 1000,
    maxStreamWindowSize: count(
      'maxStreamWindowSize',
      config.maxStreamWindowSize ?? 4 * 1024 * 1024,
      INITIAL_WINDOW_BYTES,
    ),
    maxStreams: count('maxStreams', config.maxStreams ?? 4096, 1),
    maxWindowGrowth: count('maxWindowGrowth', config.maxWindowGrowth ?? 64 * 1024 * 1024, 0),
    maxQueuedReplies: count('maxQueuedReplies', config.maxQueuedReplies ?? 1024, 1),
    logger: config.logger ?? (() => {}),
    clock: config.clock ?? systemClock,
  }
}

function count(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least && value <= MAX_U32) return value
  throw new YamuxError('ERR_YAMUX_CONFIG', `${name} ${value} is not an integer from ${least} to ${MAX_U32}`)
}

/** A timer of Node's fires at once beyond this: 2^31 - 1 ms. */
const MAX_SECONDS = 2_147_483

function seconds(name: string, value: number): number {
  if (value > 0 && value <= MAX_SECONDS) return value
  throw new YamuxError('ERR_YAMUX_CONFIG', `${name} ${value} is not a number of seconds above 0, up to ${MAX_SECONDS}`)
}

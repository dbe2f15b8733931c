import { TunnelError } from '@tunnel/protocol'
import type { NetworkOptions } from '../network/network-options.ts'
import type { BackoffOptions } from './backoff.ts'
import type { EdgeTransport } from './dial-edge.ts'
import type { EdgeTrust } from './trust.ts'

/** How an agent connects, whatever it forwards later. */
export interface SessionOptions extends NetworkOptions {
  /**
   * `tunnel://AUTHTOKEN@host:port?ca=sha256:…`, as the edge prints it: address, trust and authtoken in one.
   * `serverAddr`, `trust` and `authtoken` override its parts. A list, or commas, for several edges: the session has the same
   * endpoints at each.
   * @default `TUNNEL_CONNECT` of the environment
   */
  connect?: string | readonly string[] | undefined
  /** `host:port` of the edge; the port is 443 when left out. A list, or commas, for several edges; an entry may be a connection string. */
  serverAddr?: string | readonly string[] | undefined
  /**
   * Of several edges, only those whose host name has it as a label, or is it: `eu` is at `connect.eu.example.com`. None of several: 9034.
   * A single edge is in every region, and so is every edge where it is `auto`.
   * @default `auto`
   */
  region?: string | undefined
  /** Whom to believe to be the edge. @default what `connect` pins, else the host's roots */
  trust?: EdgeTrust | undefined
  /** @default what the option `connect` holds, else `TUNNEL_AUTHTOKEN`, else what `TUNNEL_CONNECT` holds, else `NGROK_AUTHTOKEN` */
  authtoken?: string | undefined
  /** Opaque text shown beside the session, up to 4,096 characters (100 beyond). */
  metadata?: string | undefined
  /** How often to ask the edge whether it is there, in ms. From 1 s to 24 days, else 111. @default 10_000 (reference agent.md §7.6) */
  heartbeatIntervalMs?: number | undefined
  /** How long it may take to answer before the session counts as lost, in ms. From 1 s to 24 days, else 112. @default 15_000 */
  heartbeatToleranceMs?: number | undefined
  /**
   * How long dialling may take, and authenticating again as long, for each way of `transports`, in ms.
   * From 1 ms to 24 days, else 301.
   * @default 10_000
   */
  connectTimeoutMs?: number | undefined
  /** The ways to try, in order. @default `['tls', 'websocket']` */
  transports?: readonly EdgeTransport[] | undefined
  /** Try again when the first connection fails for a reason that may pass, instead of rejecting. @default false */
  keepTrying?: boolean | undefined
  /** How long to wait between attempts to reconnect. @default 500 ms, doubling to 30 s, ± 20 % (reference agent.md §7.7) */
  backoff?: BackoffOptions | undefined
  /** Name and version of the program around this SDK: `mytool/1.2.0`. */
  userAgent?: string | undefined
  /** Whether the edge may stop, restart and update this program at all (805, 804, 806). @default true (reference agent.md §7.10) */
  remoteManagement?: boolean | undefined
  /** What the edge may ask for. Left out: the agent says it does not support it, except stop, which closes the session. */
  onStopCommand?: (() => void | Promise<void>) | undefined
  onRestartCommand?: (() => void | Promise<void>) | undefined
  onUpdateCommand?: ((update: { version?: string; permitMajorVersion: boolean }) => void | Promise<void>) | undefined
  /** Closes the session, or ends the attempt to connect. */
  signal?: AbortSignal | undefined
  /** @default `process.env` */
  env?: Readonly<Record<string, string | undefined>> | undefined
}

/** What a timer of Node's takes: beyond it, it fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Throws {@link TunnelError} 111, 112 or 301 for a time that no session can have. */
export function validateTimes(options: SessionOptions): void {
  assertTime('heartbeatIntervalMs', options.heartbeatIntervalMs, 1000, 111)
  assertTime('heartbeatToleranceMs', options.heartbeatToleranceMs, 1000, 112)
  assertTime('connectTimeoutMs', options.connectTimeoutMs, 1, 301)
  assertTime('dnsTimeoutMs', options.dnsTimeoutMs, 1, 301)
}

function assertTime(name: string, value: number | undefined, leastMs: number, code: number): void {
  if (value === undefined || (value >= leastMs && value <= MAX_TIMER_MS)) return
  throw new TunnelError(code, `${name} ${value} is not a number of ms from ${leastMs} to ${MAX_TIMER_MS}`)
}

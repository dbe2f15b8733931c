import { hostname } from 'node:os'
import type { Duplex } from 'node:stream'
import { type EdgeMessage, PROTOCOL_VERSIONS, TunnelError, type Welcome } from '@tunnel/protocol'
import { Client, type Stream } from '@tunnel/yamux'
import { AGENT_VERSION } from '../version.ts'
import { ControlRequests } from './control-requests.ts'
import { dialEdge, type EdgeRoute, type EdgeTransport } from './dial-edge.ts'
import type { SessionOptions } from './options.ts'
import { remoteCapabilities } from './remote-command.ts'
import type { SessionTarget } from './target.ts'

export interface ConnectionEvents {
  onStream(stream: Stream): void
  onMessage(message: EdgeMessage): void
  onHeartbeat(latencyMs: number): void
  /** Once, after a welcome. `error` says why, where the edge or the mux did. */
  onLost(error: TunnelError): void
}

/** One authenticated connection to the edge. A session outlives many of them. */
export interface EdgeConnection {
  readonly welcome: Welcome
  readonly transport: EdgeTransport
  readonly requests: ControlRequests
  /** Why it is gone; `undefined` while it is there. */
  readonly lostBy: TunnelError | undefined
  /** Says goodbye and closes; resolves when the connection is gone. */
  close(): Promise<void>
  abort(): void
}

const DEFAULT_TIMEOUT_MS = 10_000

/** Dials and authenticates. Rejects with {@link TunnelError}; `retryable` says whether it is worth another try. */
export async function connectToEdge(
  target: SessionTarget,
  route: EdgeRoute,
  transport: EdgeTransport,
  options: SessionOptions,
  cookie: string | undefined,
  events: ConnectionEvents,
  signal: AbortSignal,
): Promise<EdgeConnection> {
  const timeoutMs = options.connectTimeoutMs ?? DEFAULT_TIMEOUT_MS
  const socket = await dialEdge(transport, route, timeoutMs, signal)
  return authenticate(socket, target, transport, options, cookie, events, timeoutMs, signal)
}

function authenticate(
  socket: Duplex,
  target: SessionTarget,
  transport: EdgeTransport,
  options: SessionOptions,
  cookie: string | undefined,
  events: ConnectionEvents,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<EdgeConnection> {
  const { heartbeatIntervalMs = 10_000, heartbeatToleranceMs = 15_000 } = options
  return new Promise((resolve, reject) => {
    const mux = new Client({
      enableKeepAlive: true,
      keepAliveInterval: heartbeatIntervalMs / 1000,
      keepAliveTimeout: heartbeatToleranceMs / 1000,
    })
    let welcome: Welcome | undefined
    let reason: TunnelError | undefined
    let lostBy: TunnelError | undefined
    const abort = (): void => fail(signal.reason as Error)
    const timer = setTimeout(
      () => fail(new TunnelError(8004, `no welcome within ${timeoutMs} ms`, { retryable: true })),
      timeoutMs,
    )
    const fail = (cause: Error): void => {
      reason ??= cause instanceof TunnelError ? cause : new TunnelError(8004, cause.message, { cause, retryable: true })
      mux.abort(reason)
    }
    signal.addEventListener('abort', abort)
    mux.on('stream', events.onStream)
    mux.on('ping', events.onHeartbeat)
    mux.on('error', (cause: Error) => {
      reason ??= new TunnelError(810, cause.message, { cause, retryable: true })
    })
    const closed = new Promise<void>((closedNow) => {
      mux.on('close', () => {
        settle()
        lostBy = reason ?? new TunnelError(810, 'the edge closed the connection', { retryable: true })
        requests.lose()
        if (welcome) events.onLost(lostBy)
        else reject(signal.aborted ? signal.reason : lostBy)
        closedNow()
      })
    })
    const settle = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
    mux.attach(socket)
    const requests = new ControlRequests(mux.open(), onMessage, fail)
    requests.send({
      type: 'hello',
      versions: [...PROTOCOL_VERSIONS],
      authtoken: target.authtoken,
      ...(cookie !== undefined && { cookie }),
      ...(options.metadata !== undefined && { metadata: options.metadata }),
      agent: {
        version: AGENT_VERSION,
        os: process.platform,
        arch: process.arch,
        hostname: hostname().slice(0, 255),
        userAgent: options.userAgent ?? `tunnel-agent-js/${AGENT_VERSION}`,
        transport,
      },
      heartbeat: { intervalMs: heartbeatIntervalMs, toleranceMs: heartbeatToleranceMs },
      remote: remoteCapabilities(options),
    })

    function onMessage(message: EdgeMessage): void {
      if (welcome) {
        if (message.type === 'closing') reason = TunnelError.fromWire(message.error)
        return events.onMessage(message)
      }
      if (message.type === 'refused') return fail(TunnelError.fromWire(message.error))
      if (message.type !== 'welcome') return fail(new TunnelError(8004, `${message.type} before a welcome`))
      welcome = message
      settle()
      // The latency is worth knowing before the first heartbeat is due.
      mux.ping().catch(() => {})
      resolve({
        welcome,
        transport,
        requests,
        get lostBy() {
          return lostBy
        },
        close: () => {
          reason ??= new TunnelError(810, 'the agent closed the session', { retryable: false })
          requests.end()
          mux.close()
          return closed
        },
        abort: () => mux.abort(),
      })
    }
  })
}

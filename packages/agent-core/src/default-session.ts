import { Server } from 'node:net'
import { forwardOver, listenOver, serveWith } from './endpoints.ts'
import type { EndpointConfig, UpstreamConfig } from './forward-config.ts'
import { assertKnownOptions } from './known-options.ts'
import type { Listener } from './listener.ts'
import type { SessionOptions } from './session/options.ts'
import { Session } from './session/session.ts'

/** Session options under the names of ngrok's JavaScript SDK. */
export interface SessionConfig {
  /** The edge's connection string. @default `TUNNEL_CONNECT` */
  connect?: string | undefined
  server_addr?: string | undefined
  authtoken?: string | undefined
  /** Accepted for compatibility: the environment is read anyway when `authtoken` is left out. */
  authtoken_from_env?: boolean | undefined
  session_metadata?: string | undefined
  /** `host` for the host's roots, or the path of a PEM file. */
  root_cas?: string | undefined
  /** PEM of the CAs to trust. */
  session_ca_cert?: string | undefined
  /** A session of its own, instead of the one this process already has. @default false */
  force_new_session?: boolean | undefined
  onStatusChange?: ((status: 'connected' | 'closed') => void) | undefined
  signal?: AbortSignal | undefined
}

export type ForwardConfig = SessionConfig & EndpointConfig & UpstreamConfig
export type ListenConfig = SessionConfig & EndpointConfig

/**
 * Puts a local service online: connects when needed (one session for the whole process), and resolves when the public
 * address works. A number or string is the upstream; nothing is `localhost:80`.
 */
export async function forward(config: ForwardConfig | string | number = {}): Promise<Listener> {
  const options = typeof config === 'object' ? config : { addr: config }
  return withSession(options, (session) => forwardOver(session, options))
}

/**
 * Puts an endpoint online whose connections this process takes itself: `listener.on('connection', …)`, or give the server
 * that is to take them. Resolves to the listener, or to the server when one was given.
 */
export function listen(config?: ListenConfig): Promise<Listener>
export function listen<T extends Server>(server: T, listener?: Listener): Promise<T>
export async function listen(target: ListenConfig | Server = {}, listener?: Listener): Promise<Listener | Server> {
  if (target instanceof Server) return serveWith(listener ?? (await listen()), target)
  return withSession(target, (session) => listenOver(session, target))
}

/** All endpoints that {@link forward} and {@link listen} have online. */
export function listeners(): Listener[] {
  return [...sessions].flatMap((session) => [...session.endpoints()])
}

/** Takes one endpoint offline by its URL, or all of them; the last one ends the session. */
export async function disconnect(url?: string): Promise<void> {
  await Promise.all(listeners().map((one) => (url === undefined || one.url() === url ? one.close() : undefined)))
}

/** Ends every session of {@link forward} and {@link listen}. */
export async function kill(): Promise<void> {
  await Promise.all([...sessions].map((session) => session.close()))
}

const sessions = new Set<Session>()
let current: SharedSession | undefined

/** A session with those who have, or are about to have, an endpoint on it. The last one to go ends it. */
interface SharedSession {
  readonly session: Promise<Session>
  users: number
}

async function withSession(config: SessionConfig, open: (session: Session) => Promise<Listener>): Promise<Listener> {
  assertKnownOptions(config)
  const shared = config.force_new_session ? { session: connect(config), users: 0 } : currentSession(config)
  shared.users++
  try {
    const listener = await open(await shared.session)
    if (listener.closed) release(shared)
    else listener.once('close', () => release(shared))
    return listener
  } catch (cause) {
    release(shared)
    throw cause
  }
}

function currentSession(config: SessionConfig): SharedSession {
  if (current) return current
  const shared: SharedSession = { session: connect(config), users: 0 }
  current = shared
  // Neither a failed attempt nor a session that is over must be everybody's answer from then on.
  const forget = (): void => {
    if (current === shared) current = undefined
  }
  shared.session.then((session) => (session.state === 'closed' ? forget() : session.once('close', forget)), forget)
  return shared
}

function release(shared: SharedSession): void {
  shared.users--
  if (shared.users > 0) return
  if (current === shared) current = undefined
  shared.session.then(
    (session) => session.close(),
    () => {},
  )
}

async function connect(config: SessionConfig): Promise<Session> {
  const session = await Session.connect(sessionOptions(config))
  sessions.add(session)
  session.once('close', () => {
    sessions.delete(session)
    config.onStatusChange?.('closed')
  })
  session.on('connected', () => config.onStatusChange?.('connected'))
  config.onStatusChange?.('connected')
  return session
}

function sessionOptions(config: SessionConfig): SessionOptions {
  const { root_cas, session_ca_cert } = config
  const options: SessionOptions = {
    connect: config.connect,
    serverAddr: config.server_addr,
    authtoken: config.authtoken,
    metadata: config.session_metadata,
    signal: config.signal,
  }
  if (session_ca_cert !== undefined) options.trust = { caPem: session_ca_cert }
  else if (root_cas === 'host') options.trust = 'host'
  else if (root_cas !== undefined && root_cas !== 'trusted') options.trust = { caFile: root_cas }
  return options
}

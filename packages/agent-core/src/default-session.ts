import { Server } from 'node:net'
import { forwardOver, listenOver, serveWith } from './endpoints.ts'
import type { EndpointConfig, UpstreamConfig } from './forward-config.ts'
import { assertKnownOptions, withoutDots } from './known-options.ts'
import type { Listener } from './listener.ts'
import type { NetworkOptions } from './network/network-options.ts'
import { logSession } from './sdk/session-log.ts'
import { trustOption } from './sdk/trust-option.ts'
import type { SessionOptions } from './session/options.ts'
import { Session } from './session/session.ts'

/** Session options under the names of ngrok's JavaScript SDK. */
export interface SessionConfig {
  /** The edge's connection string. @default `TUNNEL_CONNECT` */
  connect?: string | undefined
  server_addr?: string | undefined
  /** Of several edges, those of this region; a single edge is in every region. @default `auto`: all of them */
  region?: string | undefined
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
  /** The way to the edge: proxies, name servers and the like. */
  network?: NetworkOptions | undefined
  onStatusChange?: ((status: 'connected' | 'closed') => void) | undefined
  /** Another spelling of `onStatusChange`, called with the edge's address and, at an end that nobody asked for, the error. */
  on_status_change?: ((addr: string, error?: string) => void) | undefined
  /** Gets a line for whatever happens to the session. */
  onLogEvent?: ((line: string) => void) | undefined
  signal?: AbortSignal | undefined
}

export type ForwardConfig = SessionConfig & EndpointConfig & UpstreamConfig
export type ListenConfig = SessionConfig & EndpointConfig

/**
 * Puts a local service online: connects when needed (one session for the whole process), and resolves when the public
 * address works. A number or string is the upstream; nothing is `localhost:80`.
 */
export async function forward(config: ForwardConfig | string | number = {}): Promise<Listener> {
  const options = typeof config === 'object' ? withoutDots(config) : { addr: config }
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
  const options = withoutDots(target)
  return withSession(options, (session) => listenOver(session, options))
}

/** All endpoints that {@link forward} and {@link listen} have online. */
export function listeners(): Listener[] {
  return [...sessions].flatMap((session) => [...session.endpoints()])
}

/** The listener with this id, or `null`. */
export async function getListener(id: string): Promise<Listener | null> {
  return listeners().find((one) => one.id() === id) ?? null
}

/** The listener at this URL, or `null`. */
export async function getListenerByUrl(url: string): Promise<Listener | null> {
  return listeners().find((one) => one.url() === url) ?? null
}

/** Takes one endpoint offline, by its URL or its id, or all of them; the last one ends the session. */
export async function disconnect(urlOrId?: string): Promise<void> {
  const isMeant = (one: Listener): boolean => urlOrId === undefined || [one.url(), one.id()].includes(urlOrId)
  await Promise.all(listeners().map((one) => (isMeant(one) ? one.close() : undefined)))
}

/** The authtoken of sessions that begin from now on without one of their own. */
export async function authtoken(token: string): Promise<void> {
  defaultAuthtoken = token
}

/** Ends every session of {@link forward} and {@link listen}. */
export async function kill(): Promise<void> {
  await Promise.all([...sessions].map((session) => session.close()))
}

const sessions = new Set<Session>()
let defaultAuthtoken: string | undefined
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
  const { onStatusChange, on_status_change, onLogEvent } = config
  return Session.connect(sessionOptions(config), (session) => {
    logSession(session, onLogEvent)
    let wasOnline = false
    session.on('connected', () => {
      wasOnline = true
      sessions.add(session)
      onStatusChange?.('connected')
      on_status_change?.(session.serverAddr)
    })
    session.once('close', (error) => {
      sessions.delete(session)
      if (!wasOnline) return
      onStatusChange?.('closed')
      on_status_change?.(session.serverAddr, error?.message)
    })
  })
}

function sessionOptions(config: SessionConfig): SessionOptions {
  const trust = trustOption(config.root_cas, config.session_ca_cert)
  return {
    ...config.network,
    connect: config.connect,
    serverAddr: config.server_addr,
    region: config.region,
    authtoken: config.authtoken ?? defaultAuthtoken,
    metadata: config.session_metadata,
    signal: config.signal,
    ...(trust !== undefined && { trust }),
  }
}

import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type AgentMessage, type Hello, isAuthtoken, negotiateVersion, TunnelError } from '@tunnel/protocol'
import { type Stream, Server as YamuxServer } from '@tunnel/yamux'
import { AddressCounts } from '../overload/address-counts.ts'
import type { FrontDoor } from '../overload/front-door.ts'
import type { Overload } from '../overload/overload.ts'
import { addressOf } from '../peer-address.ts'
import type { Credential, CredentialSource } from '../ports.ts'
import { EDGE_VERSION } from '../version.ts'
import { ControlChannel } from './control-channel.ts'
import { NativeSession } from './native-session.ts'
import type { SessionHost } from './session-host.ts'

/** Heartbeats an agent may not ask for: they would cost the edge too much, or find nothing in time. */
const MIN_HEARTBEAT_INTERVAL_MS = 1000
const MIN_HEARTBEAT_TOLERANCE_MS = 1000

export interface IngressSettings {
  region: string
  /** Heartbeats of the edge. */
  intervalMs: number
  toleranceMs: number
}

/** Takes connections of agents from the TLS or WebSocket way in, and makes sessions of those that authenticate. */
export class AgentAcceptor {
  readonly #host: SessionHost
  readonly #credentials: CredentialSource
  readonly #settings: IngressSettings
  readonly #overload: Overload
  readonly #door: FrontDoor
  readonly #pendingOf = new AddressCounts()
  #pending = 0

  constructor(
    host: SessionHost,
    credentials: CredentialSource,
    settings: IngressSettings,
    overload: Overload,
    door: FrontDoor,
  ) {
    this.#host = host
    this.#credentials = credentials
    this.#settings = settings
    this.#overload = overload
    this.#door = door
  }

  /** `connection` is encrypted already and is owned from here on; `socket` is what it came over. */
  accept(connection: Duplex, socket: Socket): void {
    this.#door.leaveOut(socket)
    const remoteAddress = addressOf(socket)
    const { maxUnauthenticatedSessions, maxUnauthenticatedPerAddress } = this.#host.limits
    const hasRoom = this.#pending < maxUnauthenticatedSessions
    const remove = hasRoom ? this.#pendingOf.add(remoteAddress, maxUnauthenticatedPerAddress) : undefined
    if (!remove) {
      this.#overload.refused.unauthenticated++
      this.#host.observer?.refused?.({ what: 'agent', code: undefined })
      connection.destroy()
      return
    }
    this.#pending++
    const { turnedAway } = this.#overload
    const isTurnedAway = turnedAway.has(socket)
    new Handshake({
      connection,
      remoteAddress,
      host: this.#host,
      credentials: this.#credentials,
      settings: this.#settings,
      refuses: () => this.#refuses(isTurnedAway),
      onSettled: () => {
        this.#pending--
        remove()
      },
    })
  }

  #refuses(isTurnedAway: boolean): boolean {
    if (!isTurnedAway && this.#overload.takesConnections) return false
    this.#overload.refused.sessions++
    return true
  }
}

interface HandshakeParts {
  connection: Duplex
  remoteAddress: string
  host: SessionHost
  credentials: CredentialSource
  settings: IngressSettings
  /** Whether no session can be had just now; asked once, when the agent has said hello. */
  refuses: () => boolean
  onSettled: () => void
}

/** One connection from its first byte to its session, or its refusal. */
class Handshake {
  readonly #host: SessionHost
  readonly #credentials: CredentialSource
  readonly #settings: IngressSettings
  readonly #remoteAddress: string
  readonly #mux: YamuxServer
  readonly #timer: NodeJS.Timeout
  readonly #refuses: () => boolean
  readonly #onSettled: () => void
  #settled = false
  #control: ControlChannel | undefined
  #session: NativeSession | undefined
  #helloSeen = false

  constructor({ connection, remoteAddress, host, credentials, settings, refuses, onSettled }: HandshakeParts) {
    this.#refuses = refuses
    this.#host = host
    this.#credentials = credentials
    this.#settings = settings
    this.#remoteAddress = remoteAddress
    this.#onSettled = onSettled
    this.#mux = new YamuxServer((stream) => this.#onStream(stream), {
      enableKeepAlive: true,
      keepAliveInterval: settings.intervalMs / 1000,
      keepAliveTimeout: settings.toleranceMs / 1000,
      maxStreams: host.limits.maxStreamsPerSession,
    })
    this.#mux.on('error', (error: Error) => {
      host.log.debug({ err: error, remoteAddress, session: this.#session?.id }, 'agent connection failed')
    })
    this.#mux.on('close', () => {
      this.#settle()
      this.#session?.lost({ hold: true })
    })
    this.#mux.attach(connection)
    this.#timer = setTimeout(() => this.#mux.abort(), host.limits.helloTimeoutMs).unref()
  }

  /** The agent opens one stream, the control stream; all others are opened by the edge. */
  #onStream(stream: Stream): void {
    if (this.#control) return stream.reset()
    this.#control = new ControlChannel(
      stream,
      (message) => this.#onMessage(message),
      (error) => this.#refuse(error),
    )
    // An agent that leaves in peace ends its control stream; its names are free at once.
    stream.on('end', () => {
      this.#session?.lost({ hold: false })
      this.#mux.close()
    })
  }

  #onMessage(message: AgentMessage): void {
    if (this.#session) return this.#session.onMessage(message)
    if (message.type !== 'hello' || this.#helloSeen)
      return this.#refuse(new TunnelError(109, 'the first message must be one hello'))
    this.#helloSeen = true
    this.#authenticate(message).then(
      (credential) => this.#welcome(message, credential),
      (cause: unknown) => this.#refuse(cause),
    )
  }

  async #authenticate(hello: Hello): Promise<Credential> {
    if (negotiateVersion(hello.versions) === undefined) {
      throw new TunnelError(
        811,
        `no common protocol version: the agent offers ${hello.versions.slice(0, 8).join(', ')}`,
      )
    }
    if (this.#refuses()) throw new TunnelError(128, 'the edge is overloaded and takes no new sessions right now')
    this.#host.assertMetadata(hello.metadata)
    const { intervalMs, toleranceMs } = hello.heartbeat
    if (intervalMs < MIN_HEARTBEAT_INTERVAL_MS) {
      throw new TunnelError(111, `heartbeat interval ${intervalMs} ms is below ${MIN_HEARTBEAT_INTERVAL_MS} ms`)
    }
    if (toleranceMs < MIN_HEARTBEAT_TOLERANCE_MS) {
      throw new TunnelError(112, `heartbeat tolerance ${toleranceMs} ms is below ${MIN_HEARTBEAT_TOLERANCE_MS} ms`)
    }
    if (hello.authtoken === '')
      throw new TunnelError(4018, 'no authtoken was given; add one with: tunnel config add-authtoken TOKEN')
    if (!isAuthtoken(hello.authtoken)) throw new TunnelError(105, 'the authtoken does not look like one; copy it whole')
    let credential: Credential | undefined
    try {
      credential = await this.#credentials.findByAuthtoken(hello.authtoken)
    } catch (cause) {
      this.#host.log.error({ err: cause }, 'looking up a credential failed')
      throw new TunnelError(128, 'the edge cannot check credentials right now', { cause })
    }
    if (!credential) throw new TunnelError(107, 'the authtoken is not valid here: it may have been reset or deleted')
    return credential
  }

  #welcome(hello: Hello, credential: Credential): void {
    const control = this.#control
    if (this.#settled || !control) return
    const session = new NativeSession({
      id: `ts_${randomUUID().replaceAll('-', '')}`,
      credential,
      remoteAddress: this.#remoteAddress,
      hello,
      mux: this.#mux,
      control,
      host: this.#host,
    })
    try {
      this.#host.admit(session, credential, hello.cookie)
    } catch (cause) {
      return this.#refuse(cause)
    }
    this.#settle()
    this.#session = session
    control.trust()
    control.send({
      type: 'welcome',
      version: negotiateVersion(hello.versions) as number,
      edgeVersion: EDGE_VERSION,
      sessionId: session.id,
      cookie: this.#host.resumeTokens.sign({ of: 'session', sessionId: session.id, credentialId: credential.id }),
      region: this.#settings.region,
      resumeWindowMs: this.#host.resumeWindowMs,
    })
    this.#host.sessionReady(session)
    this.#host.observer?.sessionOpened?.(session)
    const { version, os, arch } = hello.agent
    this.#host.log.info(
      { session: session.id, remoteAddress: this.#remoteAddress, agent: { version, os, arch } },
      'agent session opened',
    )
  }

  #refuse(cause: unknown): void {
    const error = TunnelError.from(cause)
    this.#host.log.info(
      { remoteAddress: this.#remoteAddress, code: error.code, reason: error.message },
      'agent refused',
    )
    if (this.#session) return this.#session.close(error)
    this.#host.observer?.refused?.({ what: 'agent', code: error.code })
    this.#settle()
    if (this.#control) this.#control.finish({ type: 'refused', error: error.toWire() }, () => this.#mux.close())
    else this.#mux.close()
  }

  #settle(): void {
    if (this.#settled) return
    this.#settled = true
    clearTimeout(this.#timer)
    this.#onSettled()
  }
}

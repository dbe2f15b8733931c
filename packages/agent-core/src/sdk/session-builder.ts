import type { NetworkOptions } from '../network/network-options.ts'
import type { SessionOptions } from '../session/options.ts'
import { Session } from '../session/session.ts'
import { logSession } from './session-log.ts'
import { trustOption } from './trust-option.ts'

/** What an edge asks for. */
export interface UpdateRequest {
  /** @default the newest */
  version?: string
  permitMajorVersion: boolean
}

/** A session step by step, under the names of ngrok's JavaScript SDK. Nothing is checked before `connect`. */
export class SessionBuilder {
  readonly #options: SessionOptions = {}
  #rootCas: string | undefined
  #caPem: Buffer | undefined
  #onDisconnection: ((addr: string, error: string) => boolean | Promise<boolean>) | undefined
  #onHeartbeat: ((latencyMs: number) => void) | undefined

  /** The edge's connection string. @default `TUNNEL_CONNECT` */
  connectionString(text: string): this {
    return this.#with({ connect: text })
  }

  authtoken(token: string): this {
    return this.#with({ authtoken: token })
  }

  /** For compatibility: the environment is read anyway without {@link SessionBuilder.authtoken}. */
  authtokenFromEnv(): this {
    return this
  }

  /** Name and version of the program around this SDK. */
  clientInfo(type: string, version: string, comments?: string): this {
    return this.#with({ userAgent: comments ? `${type}/${version} (${comments})` : `${type}/${version}` })
  }

  /** In seconds. @default 10 */
  heartbeatInterval(seconds: number): this {
    return this.#with({ heartbeatIntervalMs: seconds * 1000 })
  }

  /** In seconds. @default 15 */
  heartbeatTolerance(seconds: number): this {
    return this.#with({ heartbeatToleranceMs: seconds * 1000 })
  }

  metadata(text: string): this {
    return this.#with({ metadata: text })
  }

  serverAddr(address: string): this {
    return this.#with({ serverAddr: address })
  }

  /** `trusted`, `host`, or the path of a PEM file. */
  rootCas(rootCas: string): this {
    this.#rootCas = rootCas
    return this
  }

  /** PEM of the CAs to trust. */
  caCert(pem: Buffer | Uint8Array | string): this {
    this.#caPem = Buffer.from(pem as Uint8Array)
    return this
  }

  /** The way to the edge: proxies, name servers and the like. */
  network(options: NetworkOptions): this {
    return this.#with(options)
  }

  /** Called at each loss of the connection, with the edge's address; `false` ends the session instead of coming back. */
  handleDisconnection(handler: (addr: string, error: string) => boolean | Promise<boolean>): this {
    this.#onDisconnection = handler
    return this
  }

  handleStopCommand(handler: () => void | Promise<void>): this {
    return this.#with({ onStopCommand: handler })
  }

  handleRestartCommand(handler: () => void | Promise<void>): this {
    return this.#with({ onRestartCommand: handler })
  }

  handleUpdateCommand(handler: (update: UpdateRequest) => void | Promise<void>): this {
    return this.#with({ onUpdateCommand: handler })
  }

  handleHeartbeat(handler: (latencyMs: number) => void): this {
    this.#onHeartbeat = handler
    return this
  }

  /** Rejects as `Session.connect` does. */
  connect(): Promise<Session> {
    const trust = trustOption(this.#rootCas, this.#caPem)
    return Session.connect(trust === undefined ? this.#options : { ...this.#options, trust }, (session) =>
      this.#listen(session),
    )
  }

  #listen(session: Session): void {
    logSession(session)
    const [onHeartbeat, onDisconnection] = [this.#onHeartbeat, this.#onDisconnection]
    if (onHeartbeat) session.on('heartbeat', onHeartbeat)
    if (!onDisconnection) return
    session.on('disconnected', async (error) => {
      const goesOn = await onDisconnection(session.serverAddr, error.message)
      if (!goesOn) await session.close()
    })
  }

  #with(options: SessionOptions): this {
    Object.assign(this.#options, options)
    return this
  }
}

import type { Server } from 'node:net'
import { forwardOver, listenOver, serveWith } from '../endpoints.ts'
import type { EndpointConfig, UpstreamConfig } from '../forward-config.ts'
import type { Listener } from '../listener.ts'
import type { Session } from '../session/session.ts'

export type BuilderConfig = EndpointConfig & UpstreamConfig

/** An endpoint of a session step by step, under the names of ngrok's JavaScript SDK. Nothing is checked before it is put online. */
export abstract class ListenerBuilder {
  readonly #session: Session
  readonly #config: BuilderConfig

  /** @internal */
  constructor(session: Session, config: BuilderConfig) {
    this.#session = session
    this.#config = config
  }

  metadata(text: string): this {
    return this.with({ metadata: text })
  }

  verifyUpstreamTls(verify: boolean): this {
    return this.with({ verify_upstream_tls: verify })
  }

  /** Puts it online for `listener.on('connection', …)`, or for `listener.forward(…)`. `bind` is there for compatibility. */
  listen(_bind?: boolean): Promise<Listener> {
    const { addr: _addr, app_protocol: _protocol, verify_upstream_tls: _verify, ...config } = this.#config
    return listenOver(this.#session, config)
  }

  listenAndForward(url: string | number): Promise<Listener> {
    return forwardOver(this.#session, { ...this.#config, addr: url })
  }

  /** Lets a server that listens nowhere serve it. */
  async listenAndServe(server: Server): Promise<Listener> {
    const listener = await this.listen()
    serveWith(listener, server)
    return listener
  }

  /** @internal */
  protected with(config: BuilderConfig): this {
    Object.assign(this.#config, config)
    return this
  }

  /** @internal Adds to an option that is a list. */
  protected add(name: ListOption, value: string): this {
    const before = this.#config[name]
    return this.with({ [name]: [...[before ?? []].flat(), value] })
  }
}

type ListOption =
  | 'allow_user_agent'
  | 'basic_auth'
  | 'deny_user_agent'
  | 'ip_restriction_allow_cidrs'
  | 'ip_restriction_deny_cidrs'
  | 'labels'
  | 'request_header_add'
  | 'request_header_remove'
  | 'response_header_add'
  | 'response_header_remove'

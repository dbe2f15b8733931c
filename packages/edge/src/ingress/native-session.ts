import type { AgentMessage, Hello, StreamHeader } from '@tunnel/protocol'
import { TunnelError } from '@tunnel/protocol'
import { YamuxError, type Server as YamuxServer } from '@tunnel/yamux'
import type { AgentSession, AgentStream, StreamReceiver } from '../agent-session.ts'
import type { Endpoint } from '../endpoints/endpoint.ts'
import { armExplain } from '../policy/arm-explain.ts'
import type { Credential } from '../ports.ts'
import type { ControlChannel } from './control-channel.ts'
import { NativeStream } from './native-stream.ts'
import type { SessionHost } from './session-host.ts'

/** An authenticated agent that speaks the native protocol. */
export class NativeSession implements AgentSession {
  readonly id: string
  readonly credentialId: string
  readonly accountId: string
  readonly remoteAddress: string
  readonly hello: Hello
  readonly gone: Promise<void>
  readonly #mux: YamuxServer
  readonly #control: ControlChannel
  readonly #host: SessionHost
  readonly #endpoints = new Map<string, Endpoint>()
  #bindsInProgress = 0
  #closed = false

  constructor(parts: {
    id: string
    credential: Credential
    remoteAddress: string
    hello: Hello
    mux: YamuxServer
    control: ControlChannel
    host: SessionHost
  }) {
    this.id = parts.id
    this.credentialId = parts.credential.id
    this.accountId = parts.credential.accountId
    this.remoteAddress = parts.remoteAddress
    this.hello = parts.hello
    this.#mux = parts.mux
    this.gone = new Promise((resolve) => parts.mux.once('close', resolve))
    this.#control = parts.control
    this.#host = parts.host
  }

  get streamCount(): number {
    return this.#mux.streamCount
  }

  openStream(header: StreamHeader, receiver: StreamReceiver): AgentStream {
    try {
      return new NativeStream(this.#mux.open(), header, receiver)
    } catch (cause) {
      const atLimit = cause instanceof YamuxError && cause.code === 'ERR_YAMUX_MAX_STREAMS'
      throw atLimit
        ? new TunnelError(743, 'the session has no free stream', { cause })
        : new TunnelError(3210, 'the session is closing', { cause })
    }
  }

  isAlive(withinMs: number): Promise<boolean> {
    return this.#mux.isAlive(withinMs)
  }

  traced(endpointId: string, token: string, trace: string): void {
    if (!this.#closed) this.#control.send({ type: 'traced', endpointId, token, trace })
  }

  leave(reason: TunnelError, { resumeNow }: { resumeNow: boolean }): void {
    if (!this.#closed) this.#control.send({ type: 'closing', error: reason.toWire(), ...(resumeNow && { resumeNow }) })
  }

  close(reason: TunnelError): void {
    if (this.#closed) return
    this.#control.finish({ type: 'closing', error: reason.toWire() }, () => this.#mux.close())
    this.lost({ hold: reason.retryable })
  }

  /** The connection is gone or going: its endpoints are offline from now on. */
  lost(options: { hold: boolean }): void {
    if (this.#closed) return
    this.#closed = true
    for (const endpoint of this.#endpoints.values()) this.#host.endpointGone(endpoint, options)
    this.#endpoints.clear()
    this.#host.sessionGone(this)
  }

  onMessage(message: AgentMessage): void {
    switch (message.type) {
      case 'bind':
        this.#bind(message)
        return
      case 'unbind':
        this.#answer(message.id, () => this.#unbind(message.endpointId))
        return
      case 'update':
        this.#answer(message.id, () => this.#host.update(this.#endpointOf(message.endpointId), message.endpoint))
        return
      case 'explain':
        this.#explain(message)
        return
      case 'hello':
        this.close(new TunnelError(109, 'a second hello in one session'))
        return
      case 'done':
      case 'failed':
      case 'unsupported':
        return
    }
  }

  #bind(message: Extract<AgentMessage, { type: 'bind' }>): void {
    // What is still being opened counts: a flood of binds comes in one packet.
    this.#host.bind(this, this.#endpoints.size + this.#bindsInProgress++, message.endpoint, message.token).then(
      ({ endpoint, token }) => {
        this.#bindsInProgress--
        // The session may have gone while a port was being opened.
        if (this.#closed) return this.#host.endpointGone(endpoint, { hold: false })
        this.#endpoints.set(endpoint.id, endpoint)
        const { id, url, scheme } = endpoint
        this.#control.send({ type: 'bound', id: message.id, endpoint: { id, url, protocol: scheme, token } })
        this.#host.endpointReady(endpoint)
      },
      (cause: unknown) => {
        this.#bindsInProgress--
        this.#host.observer?.refused?.({ what: 'bind', code: TunnelError.from(cause).code })
        this.#fail(message.id, cause)
      },
    )
  }

  #unbind(endpointId: string): void {
    const endpoint = this.#endpointOf(endpointId)
    this.#endpoints.delete(endpointId)
    this.#host.endpointGone(endpoint, { hold: false })
  }

  #explain({ id, endpointId, token, ttlMs }: Extract<AgentMessage, { type: 'explain' }>): void {
    try {
      const endpoint = this.#host.endpointOfCredential(this.credentialId, endpointId) ?? this.#endpointOf(endpointId)
      armExplain(endpoint, {
        token,
        ttlMs,
        onEnd: (trace) => {
          this.#control.send({ type: 'explained', id, ...(trace !== undefined && { trace }) })
          if (trace !== undefined && token !== undefined) endpoint.session.traced?.(endpoint.id, token, trace)
        },
        onFailure: (error) => this.#fail(id, error),
      })
    } catch (cause) {
      this.#fail(id, cause)
    }
  }

  #endpointOf(endpointId: string): Endpoint {
    const endpoint = this.#endpoints.get(endpointId)
    if (!endpoint) throw new TunnelError(333, `this session has no endpoint ${JSON.stringify(endpointId.slice(0, 64))}`)
    return endpoint
  }

  #answer(id: number, act: () => void): void {
    try {
      act()
      this.#control.send({ type: 'done', id })
    } catch (cause) {
      this.#fail(id, cause)
    }
  }

  #fail(id: number, cause: unknown): void {
    const error = TunnelError.from(cause)
    if (error.code === 'ERR_TUNNEL_802')
      this.#host.log.error({ err: cause, session: this.id }, 'a request of an agent failed')
    this.#control.send({ type: 'failed', id, error: error.toWire() })
  }
}

import { EventEmitter } from 'node:events'
import type { BoundEndpoint, EndpointPatch, EndpointRequest, StreamHeader, TunnelError } from '@tunnel/protocol'
import type { Stream } from '@tunnel/yamux'
import type { VisitorSocket } from './visitor-socket.ts'

/** Takes the streams of one endpoint. `first` are bytes that came with the header. */
export type StreamHandler = (stream: Stream, header: StreamHeader, first: Buffer) => void

export interface ListenerEvents {
  /** The endpoint is gone for good: it was closed here, or the edge took it (then with an error). */
  close: [error: TunnelError | undefined]
  /** A visitor connection of an endpoint that this process serves itself. */
  connection: [socket: VisitorSocket]
  /**
   * What the traffic policy did with a request whose header `tunnel-explain` says `token`, as JSON: somebody with the same credential had
   * it explained.
   */
  explained: [token: string, trace: string]
}

/** Which request {@link Listener.explain} is about. */
export interface ExplainOptions {
  /** Only a request whose header `tunnel-explain` says this. @default the next one */
  token?: string | undefined
  /** How long to wait for it, in ms, up to 600,000. */
  ttlMs: number
}

/** What a listener asks of its session. */
export interface ListenerSession {
  unbind(listener: Listener): Promise<void>
  update(listener: Listener, patch: EndpointPatch): Promise<void>
  explain(listener: Listener, options: ExplainOptions): Promise<string | undefined>
}

/** An endpoint that is online, or comes back by itself while its session reconnects. */
export class Listener extends EventEmitter<ListenerEvents> {
  #request: EndpointRequest
  /** @internal Sends connections elsewhere. */
  redirect: (to: StreamHandler) => void = () => {}
  /** @internal Not `handle`, where `server.listen()` looks for what to listen on. */
  readonly serve: StreamHandler
  #bound: BoundEndpoint
  #closed = false
  #error: TunnelError | undefined
  readonly #session: ListenerSession

  /** @internal */
  constructor(request: EndpointRequest, bound: BoundEndpoint, serve: StreamHandler, session: ListenerSession) {
    super()
    this.#request = request
    this.serve = serve
    this.#bound = bound
    this.#session = session
  }

  /** What the edge was asked for. */
  get request(): EndpointRequest {
    return this.#request
  }

  /** The public address: `https://name.tunnel.example`. */
  url(): string {
    return this.#bound.url
  }

  id(): string {
    return this.#bound.id
  }

  /** `http`, `https`, `tcp` or `tls`; `null` of an endpoint with labels, which has no address. */
  proto(): string | null {
    return this.request.labels ? null : this.#bound.protocol
  }

  /** By key. */
  labels(): Record<string, string> {
    return Object.fromEntries((this.request.labels ?? []).map((label) => splitAtFirst(label, '=')))
  }

  /** Where it forwards to, as shown to people. */
  forwardsTo(): string {
    return this.request.upstream.url
  }

  metadata(): string {
    return this.request.metadata ?? ''
  }

  /**
   * Sends the connections that come from now on to this address, wherever they went before; nobody inspects them there. Rejects with 9034 for what
   * is no address.
   */
  async forward(address: string | number): Promise<void> {
    const { forwarderTo } = await import('./endpoints.ts')
    this.redirect(await forwarderTo(this, address))
  }

  /**
   * Changes what the edge knows of the endpoint, its policy among it, without a connection lost; an edge that is away learns it when it comes back.
   * Rejects with what an edge answered.
   */
  async update(patch: EndpointPatch): Promise<void> {
    await this.#session.update(this, patch)
    this.#request = { ...this.#request, ...patch }
  }

  /**
   * What the endpoint's policy does with one request to come, as the edge's JSON (protocol SPEC §3.7); `undefined` when no such request came in
   * time. One at a time: a second one ends the first. Rejects with what the edge answered, 2206 where the endpoint has no policy.
   */
  explain(options: ExplainOptions): Promise<string | undefined> {
    return this.#session.explain(this, options)
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Resolves when the endpoint is gone; rejects when the edge took it away. */
  join(): Promise<void> {
    if (this.#closed) return this.#error ? Promise.reject(this.#error) : Promise.resolve()
    return new Promise((resolve, reject) => this.once('close', (error) => (error ? reject(error) : resolve())))
  }

  /** Takes the endpoint offline; connections that are open go on. Idempotent. */
  close(): Promise<void> {
    return this.#closed ? Promise.resolve() : this.#session.unbind(this)
  }

  /** @internal What the edge said when the endpoint was bound again. */
  rebound(bound: BoundEndpoint): void {
    this.#bound = bound
  }

  /** @internal */
  gone(error: TunnelError | undefined): void {
    if (this.#closed) return
    this.#closed = true
    this.#error = error
    this.emit('close', error)
  }
}

function splitAtFirst(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return [text.slice(0, at), text.slice(at + 1)]
}

import { EventEmitter } from 'node:events'
import type { BoundEndpoint, EndpointRequest, StreamHeader, TunnelError } from '@tunnel/protocol'
import type { Stream } from '@tunnel/yamux'
import type { VisitorSocket } from './visitor-socket.ts'

/** Takes the streams of one endpoint. `first` are bytes that came with the header. */
export type StreamHandler = (stream: Stream, header: StreamHeader, first: Buffer) => void

export interface ListenerEvents {
  /** The endpoint is gone for good: it was closed here, or the edge took it (then with an error). */
  close: [error: TunnelError | undefined]
  /** A visitor connection of an endpoint that this process serves itself. */
  connection: [socket: VisitorSocket]
}

/** An endpoint that is online, or comes back by itself while its session reconnects. */
export class Listener extends EventEmitter<ListenerEvents> {
  readonly request: EndpointRequest
  /** @internal */
  readonly handle: StreamHandler
  #bound: BoundEndpoint
  #closed = false
  #error: TunnelError | undefined
  readonly #closeAtSession: (listener: Listener) => Promise<void>

  /** @internal */
  constructor(
    request: EndpointRequest,
    bound: BoundEndpoint,
    handle: StreamHandler,
    close: (listener: Listener) => Promise<void>,
  ) {
    super()
    this.request = request
    this.handle = handle
    this.#bound = bound
    this.#closeAtSession = close
  }

  /** The public address: `https://name.tunnel.example`. */
  url(): string {
    return this.#bound.url
  }

  id(): string {
    return this.#bound.id
  }

  /** `http`, `https` or `tcp`. */
  proto(): string {
    return this.#bound.protocol
  }

  /** Where it forwards to, as shown to people. */
  forwardsTo(): string {
    return this.request.upstream.url
  }

  metadata(): string {
    return this.request.metadata ?? ''
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
    return this.#closed ? Promise.resolve() : this.#closeAtSession(this)
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

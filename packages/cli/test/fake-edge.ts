import { EventEmitter } from 'node:events'
import type { Listener, Session, SessionEvents, SessionOptions, SessionState, TunnelError } from '@tunnel/agent-core'

type Request = Listener['request']

/** What a command sees of an edge: sessions that bind endpoints, without a network. */
export class FakeEdge {
  /** Every session a command asked for. */
  readonly sessions: FakeSession[] = []
  /** Requests in the order they came, of all sessions. */
  readonly requests: Request[] = []
  /** What the edge says to the next session; none: welcome. `'hang'`: nothing. */
  answer: TunnelError | 'hang' | undefined
  /** What it says to a bind; none: bound. */
  refuse: (request: Request) => TunnelError | undefined = () => undefined
  /** The trace of the request that a session waits for; none: it does not come. */
  explains: (url: string, token: string | undefined) => string | undefined = () => undefined
  /** Whether a goodbye is answered. */
  letsGo = true
  #names = 0

  readonly connect = async (options: SessionOptions, onCreated: (session: Session) => void): Promise<Session> => {
    const session = new FakeSession(options, this)
    this.sessions.push(session)
    // The command uses the public face of a session only.
    onCreated(session as unknown as Session)
    await session.start()
    return session as unknown as Session
  }

  get session(): FakeSession {
    const last = this.sessions.at(-1)
    if (!last) throw new Error('no session was asked for')
    return last
  }

  /** As an edge with the domain `tunnel.example` would answer. */
  addressFor({ protocol, url = '', labels }: Request): string {
    if (labels) return ''
    const [scheme = protocol, host] = url.includes('://') ? url.split('://') : [protocol, url]
    if (host) return `${scheme}://${host}`
    return scheme === 'tcp'
      ? `tcp://tunnel.example:2000${++this.#names}`
      : `${scheme}://random${++this.#names}.tunnel.example`
  }
}

export class FakeSession extends EventEmitter<SessionEvents> {
  readonly options: SessionOptions
  readonly serverAddr = 'edge.example:443'
  readonly transport = 'tls'
  latencyMs: number | undefined = 1.2
  state: SessionState = 'connecting'
  readonly #edge: FakeEdge
  readonly #bound = new Set<FakeListener>()
  #hanging: ((error: Error) => void) | undefined

  constructor(options: SessionOptions, edge: FakeEdge) {
    super()
    this.options = options
    this.#edge = edge
  }

  async start(): Promise<void> {
    const { answer } = this.#edge
    if (answer === 'hang') return new Promise((_resolve, reject) => (this.#hanging = reject))
    if (answer) {
      this.end(answer)
      throw answer
    }
    this.comeBack()
  }

  async bind(request: Request): Promise<FakeListener> {
    this.#edge.requests.push(request)
    const refusal = this.#edge.refuse(request)
    if (refusal) throw refusal
    const listener = new FakeListener(request, this.#edge.addressFor(request), (one) => this.#bound.delete(one))
    this.#bound.add(listener)
    return listener
  }

  /** What a policy does with a request; `explains` of the edge says it. */
  async explain(url: string, { token }: { token?: string | undefined }): Promise<string | undefined> {
    return this.#edge.explains(url, token)
  }

  endpoints(): readonly FakeListener[] {
    return [...this.#bound]
  }

  async close(): Promise<void> {
    this.end(undefined)
    this.#hanging?.(new Error('the session was closed'))
    if (!this.#edge.letsGo) await new Promise(() => {})
  }

  /** The connection is lost, or an attempt failed. */
  lose(error: TunnelError, retryInMs = 500): void {
    this.state = 'reconnecting'
    this.emit('disconnected', error, retryInMs)
  }

  comeBack(): void {
    this.state = 'online'
    this.emit('connected', {} as SessionEvents['connected'][0])
  }

  /** The edge takes one endpoint away. */
  take(url: string, error: TunnelError): void {
    for (const listener of this.#bound) {
      if (listener.url() !== url) continue
      this.#bound.delete(listener)
      listener.emit('close', error)
    }
  }

  end(error: TunnelError | undefined): void {
    if (this.state === 'closed') return
    this.state = 'closed'
    for (const listener of this.#bound) listener.emit('close', error)
    this.#bound.clear()
    this.emit('close', error)
  }
}

export class FakeListener extends EventEmitter<{ close: [error: TunnelError | undefined] }> {
  readonly request: Request
  address: string
  readonly #forget: (one: FakeListener) => void

  constructor(request: Request, address: string, forget: (one: FakeListener) => void) {
    super()
    this.request = request
    this.address = address
    this.#forget = forget
  }

  url(): string {
    return this.address
  }

  forwardsTo(): string {
    return this.request.upstream.url
  }

  async close(): Promise<void> {
    this.#forget(this)
    this.emit('close', undefined)
  }
}

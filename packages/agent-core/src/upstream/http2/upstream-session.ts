import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type ClientSessionRequestOptions,
  connect,
  type OutgoingHttpHeaders,
} from 'node:http2'
import type { Socket } from 'node:net'
import type { Http2UpstreamLimits } from './limits.ts'

/** connecting → open → leaving → closed; a failed dial goes to closed at once. */
type State = 'connecting' | 'open' | 'leaving' | 'closed'

/** Stream ids are odd and below 2^31 (RFC 9113 §5.1.1). */
const MAX_REQUESTS = 2 ** 30 - 1

/** How much of all responses of a connection may be on its way. Streams bound what waits; this one is only not to slow them down. */
const CONNECTION_WINDOW_BYTES = 4 * 1024 * 1024

/** One HTTP/2 connection to an upstream, shared by whoever asks something of it. */
export class UpstreamSession {
  readonly #limits: Http2UpstreamLimits
  readonly #ready: Promise<void>
  readonly #onGone: (session: UpstreamSession) => void
  #session: ClientHttp2Session | undefined
  #state: State = 'connecting'
  #hasSettings = false
  #streams = 0
  #requests = 0

  /** `onGone` is called once, when it takes no more requests. */
  constructor(dialling: Promise<Socket>, limits: Http2UpstreamLimits, onGone: (session: UpstreamSession) => void) {
    this.#limits = limits
    this.#onGone = onGone
    this.#ready = dialling.then(
      (socket) => this.#open(socket),
      (cause: unknown) => {
        this.#move('closed')
        throw cause
      },
    )
    // Each request hears of it by itself.
    this.#ready.catch(() => {})
  }

  /** Requests on it, those that wait for the connection included. */
  get streams(): number {
    return this.#streams
  }

  get hasRoom(): boolean {
    return this.#streams < this.#capacity && !this.#session?.closed
  }

  get #capacity(): number {
    const given = this.#hasSettings ? this.#session?.remoteSettings.maxConcurrentStreams : undefined
    return given ?? this.#limits.maxStreamsBeforeSettings
  }

  /** A stream for a request: at once on an open connection. Rejects with why there is no connection. */
  request(
    headers: OutgoingHttpHeaders,
    options: ClientSessionRequestOptions,
  ): ClientHttp2Stream | Promise<ClientHttp2Stream> {
    this.#streams++
    if (this.#session) return this.#request(this.#session, headers, options)
    return this.#ready.then(
      () => this.#request(this.#session as ClientHttp2Session, headers, options),
      (cause: unknown) => {
        this.#streams--
        throw cause
      },
    )
  }

  /** Takes no more requests and closes when the last one is over. Idempotent. */
  close(): void {
    if (this.#state === 'closed' || this.#state === 'leaving') return
    this.#move('leaving')
    if (this.#streams === 0) this.#session?.close()
  }

  #request(
    session: ClientHttp2Session,
    headers: OutgoingHttpHeaders,
    options: ClientSessionRequestOptions,
  ): ClientHttp2Stream {
    const over = (): void => {
      this.#streams--
      if (this.#streams === 0 && this.#state === 'leaving') session.close()
    }
    if (++this.#requests === MAX_REQUESTS) this.close()
    try {
      return session.request(headers, options).once('close', over)
    } catch (cause) {
      over()
      throw cause
    }
  }

  #open(socket: Socket): void {
    const { streamWindowBytes, maxHeadBytes, maxHeaders, sessionIdleTimeoutMs } = this.#limits
    // The authority is each request's own.
    const session = connect('http://upstream', {
      createConnection: () => socket,
      maxHeaderListPairs: maxHeaders,
      maxSendHeaderBlockLength: maxHeadBytes,
      settings: { enablePush: false, initialWindowSize: streamWindowBytes, maxHeaderListSize: maxHeadBytes },
    })
    this.#session = session
    if (this.#state === 'connecting') this.#state = 'open'
    session.once('connect', () => session.setLocalWindowSize(CONNECTION_WINDOW_BYTES))
    session.on('remoteSettings', () => {
      this.#hasSettings = true
    })
    // Its streams hear of it too, and say so.
    session.on('error', () => {})
    session.on('goaway', () => this.#move('leaving'))
    session.on('close', () => this.#move('closed'))
    session.setTimeout(sessionIdleTimeoutMs, () => this.#streams === 0 && this.close())
  }

  #move(to: 'leaving' | 'closed'): void {
    const wasUsable = this.#state === 'connecting' || this.#state === 'open'
    if (this.#state !== 'closed') this.#state = to
    if (wasUsable) this.#onGone(this)
  }
}

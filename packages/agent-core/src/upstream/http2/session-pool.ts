import type { ClientHttp2Stream, ClientSessionRequestOptions, OutgoingHttpHeaders } from 'node:http2'
import type { Socket } from 'node:net'
import { defaultHttp2UpstreamLimits, type Http2UpstreamLimits } from './limits.ts'
import { UpstreamSession } from './upstream-session.ts'

/** The HTTP/2 connections of one endpoint to its upstream. The first one with a free stream is used, so that the others idle and close. */
export class SessionPool {
  readonly #dial: () => Promise<Socket>
  readonly #limits: Http2UpstreamLimits
  readonly #sessions: UpstreamSession[] = []

  constructor(dial: () => Promise<Socket>, limits: Partial<Http2UpstreamLimits> = {}) {
    this.#dial = dial
    this.#limits = { ...defaultHttp2UpstreamLimits, ...limits }
  }

  /** A stream for a request; at once where a connection is open. Rejects with why the upstream cannot be reached. */
  request(
    headers: OutgoingHttpHeaders,
    options: ClientSessionRequestOptions,
  ): ClientHttp2Stream | Promise<ClientHttp2Stream> {
    return this.#pick().request(headers, options)
  }

  /** Requests that run go on; connections close behind them. */
  close(): void {
    for (const session of [...this.#sessions]) session.close()
  }

  #pick(): UpstreamSession {
    const free = this.#sessions.find((session) => session.hasRoom)
    if (free) return free
    if (this.#sessions.length < this.#limits.maxSessions) return this.#add()
    return this.#sessions.reduce((least, session) => (session.streams < least.streams ? session : least))
  }

  #add(): UpstreamSession {
    const session = new UpstreamSession(this.#dial(), this.#limits, (gone) => {
      const index = this.#sessions.indexOf(gone)
      if (index >= 0) this.#sessions.splice(index, 1)
    })
    this.#sessions.push(session)
    return session
  }
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Registry } from 'prom-client'
import type { ObservedEdge } from './edge-metrics.ts'

/** Scrapers and probes; more would be somebody else. */
const MAX_CONNECTIONS = 100
const HEAD_TIMEOUT_MS = 5000
/** How often a port is tried that another process is about to let go. */
const RETRY_MS = 250

/** From here on the edge sends new visitors away. */
const REFUSING_STAGE = 2

export interface PrivateListenerOptions {
  /** @default every address of the machine */
  host?: string | undefined
  /** 0 takes a free port. */
  port: number
  retryUntil?: AbortSignal | undefined
  registry: Registry
  edge: Pick<ObservedEdge, 'isDraining' | 'overload'>
}

/** `/metrics`, `/healthz` and `/readyz`, for whoever looks after the edge: on an address that strangers cannot reach. */
export class PrivateListener {
  readonly #server: Server
  readonly #options: PrivateListenerOptions

  private constructor(options: PrivateListenerOptions) {
    this.#options = options
    this.#server = createServer(
      { headersTimeout: HEAD_TIMEOUT_MS, requestTimeout: HEAD_TIMEOUT_MS },
      (request, response) => {
        this.#answer(request, response)
      },
    )
    this.#server.maxConnections = MAX_CONNECTIONS
  }

  /** Rejects with the listener's error (`EADDRINUSE`, `EACCES` …). */
  static async open(options: PrivateListenerOptions): Promise<PrivateListener> {
    const listener = new PrivateListener(options)
    for (;;) {
      try {
        await listener.#listen()
        return listener
      } catch (cause) {
        const isTaken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE'
        if (!isTaken || !options.retryUntil || options.retryUntil.aborted) throw cause
        await delay(RETRY_MS, undefined, { ref: false })
      }
    }
  }

  #listen(): Promise<void> {
    const { host, port } = this.#options
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ port, ...(host !== undefined && { host }) }, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
  }

  get address(): AddressInfo {
    return this.#server.address() as AddressInfo
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }

  #answer({ method, url = '' }: IncomingMessage, response: ServerResponse): void {
    const [path = ''] = url.split('?', 1)
    if (!['/metrics', '/healthz', '/readyz'].includes(path))
      return say(response, 404, 'there is /metrics, /healthz and /readyz')
    if (method !== 'GET' && method !== 'HEAD') return say(response, 405, 'ask by GET')
    if (path === '/healthz') return say(response, 200, 'ok')
    if (path === '/metrics') return void this.#scrape(response)
    const reason = this.#unreadiness()
    say(response, reason === undefined ? 200 : 503, reason ?? 'ready')
  }

  /** Why new visitors should be sent elsewhere. */
  #unreadiness(): string | undefined {
    const { isDraining, overload } = this.#options.edge
    if (isDraining) return 'draining'
    return overload.stage >= REFUSING_STAGE ? `overloaded: ${overload.reasons.join(', ')}` : undefined
  }

  async #scrape(response: ServerResponse): Promise<void> {
    const { registry } = this.#options
    try {
      const text = await registry.metrics()
      response.setHeader('content-type', registry.contentType)
      response.end(text)
    } catch (cause) {
      say(response, 500, cause instanceof Error ? cause.message : 'the metrics cannot be read')
    }
  }
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
  response.end(`${text}\n`)
}

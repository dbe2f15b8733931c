import { EDGE_VERSION, type Edge, type EdgeObserver } from '@tunnel/edge'
import type { EdgeSettings } from '@tunnel/edge-config'
import {
  combineObservers,
  createTracer,
  EdgeCounters,
  EventLog,
  type MetricsServer,
  serveMetrics,
  type Tracing,
} from '@tunnel/edge-telemetry'
import type { Logger } from 'pino'
import { listenReason } from './failure.ts'

export interface ServedMetrics {
  readonly edge: Edge
  certificate(): string | Buffer
  /** Another process has the port, and is about to let go of it. */
  readonly takesOver: boolean
}

/** Who is told what the edge does, as the settings ask for it. */
export class Observation {
  /** `undefined` where nobody wants to know. */
  readonly observer: EdgeObserver | undefined
  readonly #settings: EdgeSettings
  readonly #log: Logger
  readonly #events: EventLog | undefined
  readonly #counters: EdgeCounters | undefined
  readonly #tracer: Tracing | undefined
  #metrics: Promise<MetricsServer | undefined> = Promise.resolve(undefined)
  readonly #closed = new AbortController()

  /** Rejects where traces are asked for and cannot be had. */
  static async create(settings: EdgeSettings, log: Logger): Promise<Observation> {
    const { otlpEndpoint: endpoint, traceSampleRatio: sampleRatio, maxQueuedSpans, region } = settings
    if (endpoint === undefined) return new Observation(settings, log, undefined)
    const options = { endpoint, sampleRatio, maxQueuedSpans, region, version: EDGE_VERSION, log }
    return new Observation(settings, log, await createTracer(options))
  }

  private constructor(settings: EdgeSettings, log: Logger, tracer: Tracing | undefined) {
    this.#settings = settings
    this.#log = log
    const { eventsFile: path, eventsMaxBytes: maxBytes, eventsMaxFiles: maxFiles, maxQueuedEvents } = settings
    const headers = settings.eventsHeaders
    this.#events =
      path === undefined ? undefined : new EventLog({ path, maxBytes, maxFiles, maxQueuedEvents, headers, log })
    this.#counters = settings.metricsAddr && new EdgeCounters()
    this.#tracer = tracer
    this.observer = combineObservers([this.#events, this.#counters, tracer].filter((one) => one !== undefined))
  }

  /** Serves metrics, if they are asked for. Resolves to their port, where that is known by now. Rejects when the listener cannot be opened. */
  async serve({ edge, certificate, takesOver }: ServedMetrics): Promise<number | undefined> {
    const { metricsAddr } = this.#settings
    if (!metricsAddr || !this.#counters) return undefined
    const { host, port } = metricsAddr
    const serving = serveMetrics({
      host,
      port,
      version: EDGE_VERSION,
      edge,
      counters: this.#counters,
      events: this.#events,
      spans: this.#tracer,
      certificate,
      ...(takesOver && { retryUntil: this.#closed.signal }),
    })
    this.#metrics = serving.catch((cause: unknown) => {
      if (takesOver) this.#log.error({ err: cause }, 'metrics cannot be served')
      return undefined
    })
    if (takesOver) return undefined
    const { address } = await serving.catch((cause: NodeJS.ErrnoException) => {
      throw new Error(`metrics_addr ${host ?? ''}:${port} ${listenReason(cause) ?? cause.message}`, { cause })
    })
    this.#log.info({ address: address.address, port: address.port }, 'metrics and health are served')
    return address.port
  }

  /** Files that somebody has moved away. */
  reopen(): void {
    this.#events?.reopen()
  }

  /** Another process is to have the port of the metrics. */
  async release(): Promise<void> {
    this.#closed.abort()
    const server = await this.#metrics
    await server?.close()
  }

  async close(): Promise<void> {
    await this.release()
    await Promise.all([this.#events?.close(), this.#tracer?.close()])
  }
}

import type { ReadableSpan } from '@opentelemetry/sdk-trace-node'
import type { ExchangeRecord } from '@tunnel/edge'
import { withinGrace } from '../within-grace.ts'
import { ExchangePlace, placeBelow } from './exchange-place.ts'
import { ExchangeSpan, type SpanSource } from './exchange-span.ts'
import { IdSource } from './id-source.ts'
import type { OtelPackages } from './otel-packages.ts'
import { tracesUrl } from './otlp-url.ts'
import { resourceAttributes } from './trace-resource.ts'
import { defaultTracingOptions, type Tracing, type TracingOptions } from './tracing.ts'
import { WatchedExporter } from './watched-exporter.ts'

/** Most spans in one message to the collector. */
const MAX_BATCH = 512

/** Makes a server span of each exchange and tells the upstream of it; a collector gets those that are sampled. */
export class EdgeTracer implements Tracing {
  readonly #ids = new IdSource()
  readonly #ratio: number
  readonly #maxQueued: number
  readonly #source: SpanSource
  readonly #exporter: WatchedExporter
  readonly #processor: InstanceType<OtelPackages['sdk']['BatchSpanProcessor']>
  #queued = 0
  #dropped = 0

  constructor({ api, sdk, exporter }: OtelPackages, options: TracingOptions) {
    const { endpoint, version, region, log, env = process.env } = options
    this.#ratio = options.sampleRatio ?? defaultTracingOptions.sampleRatio
    this.#maxQueued = options.maxQueuedSpans ?? defaultTracingOptions.maxQueuedSpans
    this.#source = {
      resource: resourceOf(resourceAttributes(ownAttributes(version, region), env)),
      instrumentationScope: { name: '@tunnel/edge-telemetry', version },
      readState: api.createTraceState,
    }
    const otlp = new exporter.OTLPTraceExporter({ url: tracesUrl(endpoint) })
    this.#exporter = new WatchedExporter(otlp, (count) => (this.#queued -= count), log)
    // It has a bound of its own, which is never reached before ours.
    this.#processor = new sdk.BatchSpanProcessor(this.#exporter, {
      maxQueueSize: Math.max(this.#maxQueued, 1),
      maxExportBatchSize: Math.min(MAX_BATCH, Math.max(this.#maxQueued, 1)),
    })
  }

  beginTrace(traceparent: string | undefined): ExchangePlace {
    return placeBelow(traceparent, this.#ids, this.#ratio)
  }

  exchangeFinished(exchange: ExchangeRecord): void {
    // A request that could not be read has no place yet.
    const place = exchange.trace instanceof ExchangePlace ? exchange.trace : this.beginTrace(undefined)
    if (!place.isSampled) return
    if (this.#queued >= this.#maxQueued) {
      this.#dropped++
      return
    }
    this.#queued++
    this.#processor.onEnd(new ExchangeSpan(exchange, place, this.#source))
  }

  get queuedCount(): number {
    return this.#queued
  }

  get exportedCount(): number {
    return this.#exporter.exportedCount
  }

  get droppedCount(): number {
    return this.#dropped
  }

  get lostCount(): number {
    return this.#exporter.lostCount
  }

  async close(): Promise<void> {
    // What cannot be exported any more has been logged.
    await withinGrace(this.#processor.shutdown().catch(() => {}))
  }
}

const ownAttributes = (version: string, region: string | undefined) => ({
  'service.name': 'tunnel-edge',
  'service.version': version,
  ...(region !== undefined && { 'tunnel.region': region }),
})

/** The package that makes one is no peer of ours; of one, exporters read the attributes. */
function resourceOf(attributes: ReadableSpan['resource']['attributes']): ReadableSpan['resource'] {
  const resource: ReadableSpan['resource'] = {
    attributes,
    merge: (other) => (other ? resourceOf({ ...attributes, ...other.attributes }) : resource),
    getRawAttributes: () => Object.entries(attributes),
  }
  return resource
}

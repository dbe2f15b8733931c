import type { EdgeObserver, ExchangeTrace } from '@tunnel/edge'

export interface TracingLog {
  warn(fields: object, message: string): void
  info(fields: object, message: string): void
}

export interface TracingOptions {
  /** Base address of a collector that speaks OTLP over HTTP: `http://127.0.0.1:4318`. `/v1/traces` is added unless it is there. */
  readonly endpoint: string
  /** Share of the traces that begin here to be sampled, from 0 to 1. Of one that a visitor began, that visitor says it. @default 1 */
  readonly sampleRatio?: number | undefined
  /** Most spans that wait to be exported; further ones are dropped and counted. @default 2_048 */
  readonly maxQueuedSpans?: number | undefined
  readonly version: string
  readonly region?: string | undefined
  readonly log: TracingLog
  /** `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` are read. @default `process.env` */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
}

export const defaultTracingOptions = { sampleRatio: 1, maxQueuedSpans: 2_048 } as const

/** Spans of an edge. It says nothing of the types of OpenTelemetry, which whoever runs without traces has not installed. */
export interface Tracing extends EdgeObserver {
  beginTrace(traceparent: string | undefined): ExchangeTrace
  /** Spans that wait to be exported. */
  readonly queuedCount: number
  /** Spans that a collector has. */
  readonly exportedCount: number
  /** For which there was no room in the queue. */
  readonly droppedCount: number
  /** Which the collector did not take. */
  readonly lostCount: number
  /** Resolves when the collector has what waited, or two seconds later. */
  close(): Promise<void>
}

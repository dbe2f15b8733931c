/**
 * What an edge did, for those who run it: events as JSON lines, and Prometheus metrics. Both are observers of an edge.
 *
 * ```ts
 * const events = new EventLog({ path: '/var/log/tunnel/events.log', log })
 * const counters = new EdgeCounters()
 * const edge = await startEdge({ ...options, observer: combineObservers([events, counters]) })
 * const metrics = await serveMetrics({ host: '127.0.0.1', port: 9464, version, edge, counters, events })
 * ```
 *
 * @packageDocumentation
 */
export { combineObservers } from './combine-observers.ts'
export { EventLog } from './events/event-log.ts'
export {
  defaultEventSettings,
  type EventHeaders,
  type EventLogOptions,
  type EventLogWarnings,
} from './events/event-settings.ts'
export { EdgeCounters } from './metrics/edge-counters.ts'
export type { MetricSources, ObservedEdge } from './metrics/edge-metrics.ts'
export { type MetricsServer, type MetricsServerOptions, serveMetrics } from './metrics/serve-metrics.ts'
export { createTracer } from './tracing/create-tracer.ts'
export { defaultTracingOptions, type Tracing, type TracingLog, type TracingOptions } from './tracing/tracing.ts'

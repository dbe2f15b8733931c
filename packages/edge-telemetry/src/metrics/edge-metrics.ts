import type { Edge } from '@tunnel/edge'
import type { Registry } from 'prom-client'
import type { EventLog } from '../events/event-log.ts'
import type { Tracing } from '../tracing/tracing.ts'
import { certificateExpiry } from './certificate-expiry.ts'
import type { CodeCounts } from './code-counts.ts'
import { type EdgeCounters, KINDS, STATUS_CLASSES } from './edge-counters.ts'
import { type MetricValue, type ReadMetrics, readMetrics } from './read-metric.ts'

/** What metrics are read from. */
export interface MetricSources {
  readonly version: string
  readonly edge: ObservedEdge
  readonly counters: EdgeCounters
  readonly events?: EventLog | undefined
  readonly spans?: SpanCounts | undefined
  /** PEM of what visitors are shown when nothing else fits. */
  certificate?(): string | Buffer
}

/** What became of spans. */
export type SpanCounts = Pick<Tracing, 'exportedCount' | 'droppedCount' | 'lostCount' | 'queuedCount'>

/** What an edge says of itself. */
export type ObservedEdge = Pick<
  Edge,
  'sessionCount' | 'endpointCount' | 'visitorCount' | 'streamCount' | 'waitingCount' | 'isDraining' | 'overload'
>

/** Registers the metrics of an edge (docs/operations.md). Labels are of closed lists: no host, no path, no address. */
export function registerEdgeMetrics(registry: Registry, sources: MetricSources): void {
  const metrics = readMetrics(registry)
  state(metrics, sources)
  traffic(metrics, sources.counters)
  refusals(metrics, sources)
  if (sources.events) events(metrics, sources.events)
  if (sources.spans) spans(metrics, sources.spans)
}

function state({ gauge }: ReadMetrics, { version, edge, certificate }: MetricSources): void {
  gauge('tunnel_edge_info', 'Which version runs.', () => [{ labels: { version }, value: 1 }])
  gauge('tunnel_edge_sessions', 'Agent sessions that are open.', () => edge.sessionCount)
  gauge('tunnel_edge_endpoints', 'Endpoints that are online.', () => edge.endpointCount)
  gauge('tunnel_edge_streams', 'Streams to agents that are open, idle ones included.', () => edge.streamCount)
  gauge('tunnel_edge_sockets', 'Connections that are open, of visitors and agents.', () => edge.visitorCount)
  gauge('tunnel_edge_waiting_requests', 'Requests that wait for an agent to come back.', () => edge.waitingCount)
  gauge('tunnel_edge_draining', '1 while the edge leaves.', () => Number(edge.isDraining))
  gauge(
    'tunnel_edge_overload_stage',
    '0: none; 1: no keep-alive; 2: no new connections; 3: no new requests.',
    () => edge.overload.stage,
  )
  if (!certificate) return
  const expiry = certificateExpiry(certificate)
  gauge(
    'tunnel_edge_certificate_not_after_seconds',
    'Until when the default certificate is valid, in Unix time.',
    expiry,
  )
}

function traffic({ counter, gauge, histogram }: ReadMetrics, counters: EdgeCounters): void {
  const { kinds } = counters
  const ofKinds = (read: (kind: (typeof KINDS)[number]) => number) => () =>
    KINDS.map((kind) => ({ labels: { kind }, value: read(kind) }))
  counter(
    'tunnel_edge_connections_total',
    'Visitor connections, by what they speak.',
    ofKinds((kind) => kinds[kind].opened),
  )
  gauge(
    'tunnel_edge_connections',
    'Visitor connections that are open.',
    ofKinds((kind) => kinds[kind].opened - kinds[kind].closed),
  )
  counter('tunnel_edge_connection_bytes_total', 'Bytes from (in) and to (out) visitors.', () =>
    connectionBytes(counters),
  )
  counter('tunnel_edge_requests_total', 'Requests that are over, by class of status; none: without an answer.', () =>
    requests(counters),
  )
  counter(
    'tunnel_edge_incomplete_requests_total',
    'Requests whose visitor left or whose answer was cut short.',
    () => counters.incomplete,
  )
  counter('tunnel_edge_body_bytes_total', 'Bytes of request (in) and response (out) bodies.', () => [
    { labels: { direction: 'in' }, value: counters.bodyBytesIn },
    { labels: { direction: 'out' }, value: counters.bodyBytesOut },
  ])
  counter(
    'tunnel_edge_requests_sent_total',
    'Requests sent to agents, by whether their stream had carried one before.',
    () => [
      { labels: { stream: 'new' }, value: counters.newStreams },
      { labels: { stream: 'reused' }, value: counters.reusedStreams },
    ],
  )
  histogram(
    'tunnel_edge_request_duration_seconds',
    'From a whole request head to the end of the answer.',
    counters.durations,
  )
  histogram(
    'tunnel_edge_upstream_latency_seconds',
    'From sending a request to an agent to the head of its answer.',
    counters.upstreamLatencies,
  )
  histogram('tunnel_edge_wait_seconds', 'How long requests waited for an agent to come back.', counters.waits)
  counter('tunnel_edge_sessions_total', 'Agent sessions that were opened.', () => counters.sessionsOpened)
  counter('tunnel_edge_endpoints_total', 'Endpoints that came online.', () => counters.endpointsOnline)
}

function refusals({ counter }: ReadMetrics, { counters, edge }: MetricSources): void {
  counter('tunnel_edge_errors_total', 'Requests and connections that the edge ended with an error, by its code.', () =>
    withCodes(counters.errors),
  )
  counter('tunnel_edge_refusals_total', 'Visitor connections, agents and binds that were not let in, by code.', () =>
    Object.entries(counters.refusals).flatMap(([what, codes]) => [...withCodes(codes, { what })]),
  )
  counter('tunnel_edge_overload_refusals_total', 'What limits and overload refused, by kind.', () =>
    Object.entries(edge.overload.refused).map(([kind, value]) => ({ labels: { kind }, value })),
  )
}

function events({ counter, gauge }: ReadMetrics, log: EventLog): void {
  counter('tunnel_edge_events_total', 'Events; dropped: the queue was full; lost: they could not be written.', () => [
    { labels: { outcome: 'written' }, value: log.writtenCount },
    { labels: { outcome: 'dropped' }, value: log.droppedCount },
    { labels: { outcome: 'lost' }, value: log.lostCount },
  ])
  gauge('tunnel_edge_events_queued', 'Events that are not written yet.', () => log.queuedCount)
}

function spans({ counter, gauge }: ReadMetrics, counts: SpanCounts): void {
  counter(
    'tunnel_edge_spans_total',
    'Spans; dropped: the queue was full; lost: the collector did not take them.',
    () => [
      { labels: { outcome: 'exported' }, value: counts.exportedCount },
      { labels: { outcome: 'dropped' }, value: counts.droppedCount },
      { labels: { outcome: 'lost' }, value: counts.lostCount },
    ],
  )
  gauge('tunnel_edge_spans_queued', 'Spans that wait to be exported.', () => counts.queuedCount)
}

function* requests({ kinds }: EdgeCounters): Iterable<MetricValue> {
  for (const kind of ['http1', 'http2'] as const)
    for (const [at, status] of STATUS_CLASSES.entries())
      yield { labels: { kind, status }, value: kinds[kind].requests[at] as number }
}

function* connectionBytes(counters: EdgeCounters): Iterable<MetricValue> {
  for (const kind of KINDS) {
    const bytes = counters.bytesOf(kind)
    yield { labels: { kind, direction: 'in' }, value: bytes.in }
    yield { labels: { kind, direction: 'out' }, value: bytes.out }
  }
}

function* withCodes(codes: CodeCounts, labels: Record<string, string> = {}): Iterable<MetricValue> {
  for (const [code, value] of codes.entries()) yield { labels: { ...labels, code }, value }
}

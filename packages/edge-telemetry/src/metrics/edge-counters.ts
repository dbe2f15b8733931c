import type { ConnectionKind, ConnectionRecord, EdgeObserver, ExchangeRecord, Refusal } from '@tunnel/edge'
import { BucketCounts, DURATION_BOUNDS } from './bucket-counts.ts'
import { CodeCounts } from './code-counts.ts'

/** Of a status; 0: there was no answer. */
export const STATUS_CLASSES = ['none', '1xx', '2xx', '3xx', '4xx', '5xx'] as const
export const KINDS = ['http1', 'http2', 'tcp', 'tls'] as const satisfies readonly ConnectionKind[]

/** Connections of one kind. */
export interface KindCounts {
  opened: number
  closed: number
  /** Of those that are closed. */
  bytesIn: number
  bytesOut: number
  /** By {@link STATUS_CLASSES}. */
  readonly requests: number[]
}

/** Counts what an edge does. Adds plain numbers and nothing else, since it is called on the way of each request. */
export class EdgeCounters implements EdgeObserver {
  readonly kinds: Readonly<Record<ConnectionKind, KindCounts>> = {
    http1: zero(),
    http2: zero(),
    tcp: zero(),
    tls: zero(),
  }
  readonly open = new Set<ConnectionRecord>()
  readonly durations = new BucketCounts(DURATION_BOUNDS)
  readonly upstreamLatencies = new BucketCounts(DURATION_BOUNDS)
  readonly waits = new BucketCounts(DURATION_BOUNDS)
  readonly errors = new CodeCounts()
  readonly refusals = { connection: new CodeCounts(), agent: new CodeCounts(), bind: new CodeCounts() }
  reusedStreams = 0
  newStreams = 0
  incomplete = 0
  bodyBytesIn = 0
  bodyBytesOut = 0
  sessionsOpened = 0
  sessionsClosed = 0
  endpointsOnline = 0
  endpointsOffline = 0

  connectionOpened(connection: ConnectionRecord): void {
    this.kinds[connection.kind].opened++
    this.open.add(connection)
  }

  connectionClosed(connection: ConnectionRecord): void {
    const counts = this.kinds[connection.kind]
    counts.closed++
    counts.bytesIn += connection.bytesIn
    counts.bytesOut += connection.bytesOut
    this.open.delete(connection)
    if (connection.errorCode !== undefined) this.errors.add(connection.errorCode)
  }

  exchangeFinished(exchange: ExchangeRecord): void {
    const { requests } = this.kinds[exchange.connection.kind]
    const statusClass = Math.floor(exchange.status / 100)
    requests[statusClass] = (requests[statusClass] as number) + 1
    this.bodyBytesIn += exchange.requestBytes
    this.bodyBytesOut += exchange.responseBytes
    this.durations.add((exchange.endedAtMs - exchange.startedAtMs) / 1000)
    if (exchange.sentAtMs > 0) {
      if (exchange.isStreamReused) this.reusedStreams++
      else this.newStreams++
      if (exchange.firstByteAtMs > 0) this.upstreamLatencies.add((exchange.firstByteAtMs - exchange.sentAtMs) / 1000)
    }
    if (!exchange.isComplete) this.incomplete++
    if (exchange.errorCode !== undefined) this.errors.add(exchange.errorCode)
  }

  refused({ what, code }: Refusal): void {
    this.refusals[what].add(code ?? 'none')
  }

  requestWaited(waitedMs: number): void {
    this.waits.add(waitedMs / 1000)
  }

  sessionOpened(): void {
    this.sessionsOpened++
  }

  sessionClosed(): void {
    this.sessionsClosed++
  }

  endpointOnline(): void {
    this.endpointsOnline++
  }

  endpointOffline(): void {
    this.endpointsOffline++
  }

  /** Of connections of a kind, open ones included: a WebSocket counts before it ends. */
  bytesOf(kind: ConnectionKind): { in: number; out: number } {
    const { bytesIn, bytesOut } = this.kinds[kind]
    const bytes = { in: bytesIn, out: bytesOut }
    for (const connection of this.open) {
      if (connection.kind !== kind) continue
      bytes.in += connection.bytesIn
      bytes.out += connection.bytesOut
    }
    return bytes
  }
}

function zero(): KindCounts {
  return { opened: 0, closed: 0, bytesIn: 0, bytesOut: 0, requests: STATUS_CLASSES.map(() => 0) }
}

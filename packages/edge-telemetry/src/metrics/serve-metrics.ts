import type { AddressInfo } from 'node:net'
import type { MetricSources } from './edge-metrics.ts'

export interface MetricsServerOptions extends MetricSources {
  /** Of the listener. Nobody is asked who they are: give one that strangers cannot reach. @default every address of the machine */
  host?: string | undefined
  /** 0 takes a free port. */
  port: number
  /** While another process has the port, it is tried again until this is aborted. @default rejects with `EADDRINUSE` */
  retryUntil?: AbortSignal | undefined
}

export interface MetricsServer {
  readonly address: AddressInfo
  /** Ends the listener; idempotent. */
  close(): Promise<void>
}

/**
 * Serves `/metrics` (Prometheus text 0.0.4), `/healthz` and `/readyz`, with what Node tells of its process besides the edge's own.
 * Rejects with the listener's error. An edge without it does not load the library.
 */
export async function serveMetrics(options: MetricsServerOptions): Promise<MetricsServer> {
  const [{ collectDefaultMetrics, Registry }, { registerEdgeMetrics }, { PrivateListener }] = await Promise.all([
    import('prom-client'),
    import('./edge-metrics.ts'),
    import('./private-listener.ts'),
  ])
  const registry = new Registry()
  const { host, port, edge, retryUntil } = options
  const listener = await PrivateListener.open({ host, port, registry, edge, retryUntil })
  registerEdgeMetrics(registry, options)
  collectDefaultMetrics({ register: registry })
  const { address } = listener
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= listener.close()
    return closing
  }
  return { address, close }
}

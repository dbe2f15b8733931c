import type { ObserveConnection, ObserveExchange } from '@tunnel/http'

// The shapes that `@tunnel/agent-core` has under the same names: neither package imports the other.

/** What a meter has counted. Rates are per second, percentiles milliseconds. */
export interface MeterReading {
  readonly count: number
  readonly open: number
  readonly rate1: number
  readonly rate5: number
  readonly rate15: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
}

/** What is asked of the edge for an endpoint. */
export interface EndpointFacts {
  readonly protocol: string
  readonly description?: string | undefined
  readonly metadata?: string | undefined
  readonly bindings?: readonly string[] | undefined
  readonly poolingEnabled?: boolean | undefined
  readonly trafficPolicy?: string | undefined
  readonly labels?: readonly string[] | undefined
  readonly upstream: {
    readonly url: string
    readonly protocol?: string | undefined
    readonly proxyProtocol?: 1 | 2 | undefined
  }
}

export interface SendOptions {
  observe: ObserveExchange
  signal?: AbortSignal | undefined
  /** Another address than the endpoint's own. */
  upstream?: string | undefined
}

/** An endpoint that is inspected, as whoever forwards it shows it. */
export interface InspectedEndpoint {
  readonly name: string
  readonly protocol: 'http' | 'tcp' | 'tls'
  readonly upstream: string
  readonly request: EndpointFacts
  readonly statistics: {
    readonly connections: { read(): MeterReading }
    readonly requests: { read(): MeterReading }
  }
  /** Sends an HTTP/1.1 request to the upstream; resolves when the exchange is over, well or not. */
  send(request: Buffer, options: SendOptions): Promise<void>
}

/** An endpoint that is online. */
export interface OnlineEndpoint {
  url(): string
  id(): string
  /** Takes it offline. */
  close(): Promise<void>
}

export interface EndpointInspection {
  observe?: ObserveExchange | undefined
  observeConnection?: ObserveConnection | undefined
  explained?: ((token: string, trace: string) => void | Promise<void>) | undefined
  online(endpoint: OnlineEndpoint): void
  offline(): void
}

/** What whoever forwards traffic reports to. */
export interface TrafficInspector {
  inspectEndpoint(endpoint: InspectedEndpoint): EndpointInspection
}

import type { ObserveConnection, ObserveExchange } from '@tunnel/http'
import type { EndpointRequest } from '@tunnel/protocol'
import type { MeterReading } from '../statistics/meter.ts'

/** What looks at the traffic of endpoints. `@tunnel/inspector` is one; anything of this shape is another. */
export interface TrafficInspector {
  /** Called before the endpoint comes online. Throws nothing. */
  inspectEndpoint(endpoint: InspectedEndpoint): EndpointInspection
}

/** An endpoint as an inspector sees it. */
export interface InspectedEndpoint {
  readonly name: string
  readonly protocol: 'http' | 'tcp' | 'tls'
  /** Where it forwards to, as shown to people. */
  readonly upstream: string
  /** What is asked of the edge. */
  readonly request: EndpointRequest
  readonly statistics: {
    readonly connections: { read(): MeterReading }
    readonly requests: { read(): MeterReading }
  }
  /** Sends an HTTP/1.1 request to the upstream, as a visitor's would go, see `sendToUpstream`. `upstream`: another one, in place of its own. */
  send(request: Buffer, options: SendOptions & { upstream?: string | undefined }): Promise<void>
}

export interface SendOptions {
  /** Sees the exchange. */
  observe: ObserveExchange
  /** Breaks it off. */
  signal?: AbortSignal | undefined
}

/** What an inspector does with one endpoint. */
export interface EndpointInspection {
  /** For the exchanges of an http endpoint. */
  observe?: ObserveExchange | undefined
  /** For the connections of a tcp or tls endpoint. */
  observeConnection?: ObserveConnection | undefined
  /** What the edge's policy did with the exchange whose request has `token` in its header `tunnel-explain`; `trace` is JSON of the edge. */
  explained?: ((token: string, trace: string) => void | Promise<void>) | undefined
  /** The endpoint is online; its address may change when its session comes back. */
  online(listener: { url(): string; id(): string; close(): Promise<void> }): void
  /** It is gone for good, or never came online. */
  offline(): void
}

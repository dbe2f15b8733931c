import type { Endpoint, EndpointMetrics, Tunnel } from '../contract/agent.ts'
import type { MeterReading } from '../endpoints/endpoint-port.ts'
import type { RegisteredEndpoint } from '../endpoints/registered-endpoint.ts'

/** An endpoint as the reference's `/api/tunnels` shows it (agent.md §4.4). */
export function tunnelOf(registered: RegisteredEndpoint): Tunnel {
  const { name, id, url, upstream, inspect, endpoint } = registered
  const scheme = /^([a-z]+):/.exec(url)?.[1]
  return {
    name,
    ID: id,
    uri: `/api/tunnels/${uriName(name)}`,
    public_url: url,
    proto: scheme ?? endpoint.protocol,
    config: { addr: upstream, inspect: inspect && endpoint.protocol === 'http' },
    metrics: metricsOf(registered),
  }
}

/** An endpoint as the reference's `/api/endpoints` shows it (agent.md §4.5). */
export function endpointOf(registered: RegisteredEndpoint): Endpoint {
  const { name, url, upstream, inspect, endpoint } = registered
  const { request } = endpoint
  return {
    name,
    uri: `/api/endpoints/${uriName(name)}`,
    url,
    upstream: {
      url: upstream,
      protocol: endpoint.protocol === 'http' ? (request.upstream.protocol ?? 'http1') : '',
      proxy_protocol: request.upstream.proxyProtocol ? String(request.upstream.proxyProtocol) : '',
    },
    inspect,
    traffic_policy: request.trafficPolicy ?? '',
    pooling_enabled: request.poolingEnabled ?? false,
    description: request.description ?? '',
    metadata: request.metadata ?? '',
    bindings: [...(request.bindings ?? ['public'])],
    metrics: metricsOf(registered),
  }
}

export function metricsOf({ endpoint: { statistics } }: RegisteredEndpoint): EndpointMetrics {
  const connections = statistics.connections.read()
  return {
    conns: { ...ratesOf(connections), gauge: connections.open },
    http: ratesOf(statistics.requests.read()),
  }
}

/** Names as the reference writes them in paths: `command_line+%28http%29`. */
function uriName(name: string): string {
  return new URLSearchParams([['', name]]).toString().slice(1)
}

const nanoseconds = (ms: number) => Math.round(ms * 1e6)

function ratesOf({ count, rate1, rate5, rate15, p50Ms, p90Ms, p95Ms, p99Ms }: MeterReading) {
  return {
    count,
    rate1,
    rate5,
    rate15,
    p50: nanoseconds(p50Ms),
    p90: nanoseconds(p90Ms),
    p95: nanoseconds(p95Ms),
    p99: nanoseconds(p99Ms),
  }
}

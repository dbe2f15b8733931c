import type {
  AgentStatus,
  Endpoint,
  EndpointMetrics,
  Metrics,
  Tunnel,
} from '../../../../../packages/inspector/src/contract.ts'

/** Nanoseconds. */
const MS = 1e6

const metrics: EndpointMetrics = {
  conns: {
    count: 120,
    gauge: 3,
    rate1: 1.25,
    rate5: 0.5,
    rate15: 0.02,
    p50: 40 * MS,
    p90: 900 * MS,
    p95: 1500 * MS,
    p99: 3000 * MS,
  },
  http: { count: 340, rate1: 4.5, rate5: 2.25, rate15: 0.75, p50: 12 * MS, p90: 80 * MS, p95: 120 * MS, p99: 900 * MS },
}

export const agentMetrics: Metrics = {
  uri: '/api/metrics',
  all: metrics,
  endpoints: [
    { name: 'command_line', url: 'https://shop.localhost:8443', metrics },
    {
      name: 'ssh',
      url: 'tcp://localhost:2222',
      metrics: {
        conns: { ...metrics.conns, count: 2 },
        http: { ...metrics.http, count: 0, rate1: 0, rate5: 0, rate15: 0, p50: 0, p90: 0, p95: 0, p99: 0 },
      },
    },
  ],
}

export const tunnels: Tunnel[] = agentMetrics.endpoints.map(({ name, url, metrics: own }) => ({
  name,
  ID: '00ff',
  uri: `/api/tunnels/${name}`,
  public_url: url,
  proto: url.startsWith('tcp') ? 'tcp' : 'https',
  config: { addr: url.startsWith('tcp') ? 'localhost:22' : 'http://localhost:8080', inspect: url.startsWith('https') },
  metrics: own,
}))

export const endpoints: Endpoint[] = tunnels.map(({ name, public_url: url, config, metrics: own }) => ({
  name,
  uri: `/api/endpoints/${name}`,
  url,
  upstream: { url: config.addr, protocol: 'http1', proxy_protocol: '' },
  inspect: config.inspect,
  traffic_policy: '',
  pooling_enabled: false,
  description: '',
  metadata: '',
  bindings: ['public'],
  metrics: own,
}))

export function agentStatus(captures: number): AgentStatus {
  return {
    status: 'online',
    agent_version: '0.1.0',
    session: { legs: [{ region: 'local', latency: '2ms' }] },
    uri: '/api/status',
    banner: '',
    config_paths: ['~/.config/tunnel/tunnel.yml'],
    last_error: null,
    server_version: '0.1.0',
    web_addr: '127.0.0.1:4040',
    configuration: {
      authtokenPrefix: 'no value',
      configPathsList: '~/.config/tunnel/tunnel.yml',
      consoleUi: 'enabled',
      consoleUIColor: 'black',
    },
    usage: usage(captures),
  }
}

export const usage = (captures: number) => ({
  captures,
  pinned: 0,
  bytes: captures * 2_000,
  maxBytes: 50_000_000,
  evicted: 0,
  spool: null,
})

import * as z from 'zod'
import { storeUsageSchema } from './summary.ts'

const rates = {
  count: z.number(),
  rate1: z.number().describe('per second, weighted over 1 minute'),
  rate5: z.number(),
  rate15: z.number(),
  p50: z.number().describe('nanoseconds'),
  p90: z.number(),
  p95: z.number(),
  p99: z.number(),
}

export const endpointMetricsSchema = z
  .object({
    conns: z.object({ ...rates, gauge: z.number().describe('open now') }),
    http: z.object(rates),
  })
  .meta({ id: 'EndpointMetrics' })
export type EndpointMetrics = z.infer<typeof endpointMetricsSchema>

export const tunnelSchema = z
  .object({
    name: z.string(),
    ID: z.string(),
    uri: z.string(),
    public_url: z.string(),
    proto: z.string(),
    config: z.object({ addr: z.string(), inspect: z.boolean() }),
    metrics: endpointMetricsSchema,
  })
  .meta({ id: 'Tunnel' })
export type Tunnel = z.infer<typeof tunnelSchema>

export const tunnelListSchema = z.object({ tunnels: z.array(tunnelSchema), uri: z.literal('/api/tunnels') })

export const endpointSchema = z
  .object({
    name: z.string(),
    uri: z.string(),
    url: z.string(),
    upstream: z.object({ url: z.string(), protocol: z.string(), proxy_protocol: z.string() }),
    inspect: z.boolean(),
    traffic_policy: z.string().describe('YAML'),
    pooling_enabled: z.boolean(),
    description: z.string(),
    metadata: z.string(),
    bindings: z.array(z.string()),
    metrics: endpointMetricsSchema,
  })
  .meta({ id: 'Endpoint' })
export type Endpoint = z.infer<typeof endpointSchema>

export const endpointListSchema = z.object({ endpoints: z.array(endpointSchema), uri: z.literal('/api/endpoints') })

export const sessionStateSchema = z.enum(['connecting', 'online', 'reconnecting', 'offline'])

export const agentStatusSchema = z
  .object({
    status: sessionStateSchema,
    agent_version: z.string(),
    session: z.object({ legs: z.array(z.object({ region: z.string(), latency: z.string() })) }),
    uri: z.literal('/api/status'),
    banner: z.string(),
    config_paths: z.array(z.string()),
    last_error: z.string().nullable(),
    server_version: z.string().describe('of the edge; empty if unknown'),
    web_addr: z.string().describe('where this API listens'),
    configuration: z.record(z.string(), z.string()).describe('global settings for display; secrets never in full'),
    usage: storeUsageSchema,
  })
  .meta({ id: 'AgentStatus' })
export type AgentStatus = z.infer<typeof agentStatusSchema>

/** `GET /api/metrics`: the numbers of the status page in one answer. */
export const metricsSchema = z
  .object({
    uri: z.literal('/api/metrics'),
    all: endpointMetricsSchema,
    endpoints: z.array(z.object({ name: z.string(), url: z.string(), metrics: endpointMetricsSchema })),
  })
  .meta({ id: 'Metrics' })
export type Metrics = z.infer<typeof metricsSchema>

export const apiIndexSchema = z.object({
  uri: z.literal('/api'),
  tunnels_uri: z.literal('/api/tunnels'),
  endpoints_uri: z.literal('/api/endpoints'),
  requests_http_uri: z.literal('/api/requests/http'),
  status_uri: z.literal('/api/status'),
  captures_uri: z.literal('/api/captures'),
  metrics_uri: z.literal('/api/metrics'),
  live_uri: z.literal('/api/live'),
  openapi_uri: z.literal('/api/openapi.json'),
})

/** Every error of the API. */
export const apiErrorSchema = z
  .object({
    error_code: z.int(),
    status_code: z.int(),
    msg: z.string(),
    details: z.record(z.string(), z.unknown()).describe('`err`: the cause; `start`, `end`: where in a filter'),
  })
  .meta({ id: 'ApiError' })
export type ApiError = z.infer<typeof apiErrorSchema>

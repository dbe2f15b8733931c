import { agentStatusSchema, apiIndexSchema, metricsSchema } from '../../contract.ts'
import { sumOf } from '../../view/metrics-sum.ts'
import { metricsOf } from '../../view/tunnel.ts'
import type { ApiContext } from '../api-context.ts'
import type { TypedApp } from '../typed-app.ts'

/** The agent itself (agent.md §4.1, §4.7). */
export function addStatusRoutes(app: TypedApp, context: ApiContext): void {
  const index = {
    uri: '/api' as const,
    tunnels_uri: '/api/tunnels' as const,
    endpoints_uri: '/api/endpoints' as const,
    requests_http_uri: '/api/requests/http' as const,
    status_uri: '/api/status' as const,
    captures_uri: '/api/captures' as const,
    metrics_uri: '/api/metrics' as const,
    live_uri: '/api/live' as const,
    openapi_uri: '/api/openapi.json' as const,
  }
  const tags = ['agent']
  app.get('/api', { schema: { tags, summary: 'What there is', response: { 200: apiIndexSchema } } }, async () => index)
  app.get('/api/', { schema: { hide: true } }, async () => index)
  app.get(
    '/api/status',
    { schema: { tags, summary: 'State of the agent', response: { 200: agentStatusSchema } } },
    async () => context.status(),
  )
  app.get(
    '/api/metrics',
    { schema: { tags, summary: 'Connections and requests of all endpoints', response: { 200: metricsSchema } } },
    async () => {
      const endpoints = context.inspector.endpoints().map((endpoint) => ({
        name: endpoint.name,
        url: endpoint.url,
        metrics: metricsOf(endpoint),
      }))
      return { uri: '/api/metrics' as const, all: sumOf(endpoints.map(({ metrics }) => metrics)), endpoints }
    },
  )
}

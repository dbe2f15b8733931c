import type { AgentStatus, Endpoint, Metrics, Tunnel } from '../../../src/contract.ts'
import { requestJson } from './request.ts'

export const readStatus = (signal?: AbortSignal): Promise<AgentStatus> =>
  requestJson('/api/status', signal ? { signal } : {})

export const readMetrics = (signal?: AbortSignal): Promise<Metrics> =>
  requestJson('/api/metrics', signal ? { signal } : {})

export async function listTunnels(signal?: AbortSignal): Promise<Tunnel[]> {
  return (await requestJson<{ tunnels: Tunnel[] }>('/api/tunnels', signal ? { signal } : {})).tunnels
}

export async function listEndpoints(signal?: AbortSignal): Promise<Endpoint[]> {
  return (await requestJson<{ endpoints: Endpoint[] }>('/api/endpoints', signal ? { signal } : {})).endpoints
}

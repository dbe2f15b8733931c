import { expect, test } from 'vitest'
import { keepAliveAgent, request } from '../harness/http-request.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { startUpstream } from '../harness/upstream.ts'

const SILENT = { status: 504, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3005' } }

test('a kept-alive connection finds a silent upstream again and again', async () => {
  const tunnel = await startTestEdge({ limits: { upstreamIdleTimeoutMs: 100 } })
  const listener = await tunnel.forward(await startUpstream(() => {}), { schemes: 'http' })
  const agent = await keepAliveAgent('http')
  for (let times = 0; times < 3; times++) expect(await request(listener.url(), { agent })).toMatchObject(SILENT)
  expect(tunnel.edge.visitorCount).toBe(2)
})

test('the patience of a visitor that says nothing is its own, whatever an upstream may take', async () => {
  const tunnel = await startTestEdge({ limits: { upstreamIdleTimeoutMs: 100, clientIdleTimeoutMs: 60_000 } })
  const upstream = await startUpstream((incoming, response) => {
    if (incoming.url === '/silent') return
    response.end('hello')
  })
  const url = (await tunnel.forward(upstream, { schemes: 'http' })).url()
  const agent = await keepAliveAgent('http')
  expect(await request(url, { agent })).toMatchObject({ status: 200 })
  // Longer than the upstream may be silent, on another connection.
  expect(await request(`${url}/silent`)).toMatchObject(SILENT)
  expect(tunnel.edge.visitorCount).toBeGreaterThanOrEqual(2)
  expect(await request(url, { agent })).toMatchObject({ status: 200 })
})

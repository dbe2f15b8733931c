import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import {
  combineObservers,
  EdgeCounters,
  EventLog,
  type MetricsServer,
  type ObservedEdge,
  serveMetrics,
} from '../src/index.ts'
import { toldConnection, toldExchange } from './told.ts'

const read = (path: string): string => readFileSync(new URL(`../../../docs/${path}`, import.meta.url), 'utf8')

const refused = {
  connectionsInAll: 0,
  connectionsOfAddress: 0,
  atEndpoint: 0,
  unauthenticated: 0,
  connections: 0,
  sessions: 0,
  requests: 0,
}

function edgeThat(more: { isDraining?: boolean; stage?: 0 | 1 | 2 | 3 } = {}): ObservedEdge {
  const { isDraining = false, stage = 0 } = more
  const overload = { stage, reasons: ['memory'], refused }
  const counts = { sessionCount: 1, endpointCount: 2, visitorCount: 3, streamCount: 4, waitingCount: 5 }
  return { ...counts, isDraining, overload } as unknown as ObservedEdge
}

async function start(edge = edgeThat(), counters = new EdgeCounters()): Promise<MetricsServer> {
  const events = new EventLog({ path: '-', log: { warn() {}, info() {} } })
  const certificate = () => CERTIFICATE
  const spans = { exportedCount: 0, droppedCount: 0, lostCount: 0, queuedCount: 0 }
  const options = { host: '127.0.0.1', port: 0, version: '1.2.3', edge, counters, events, spans, certificate }
  const server = await serveMetrics(options)
  onTestFinished(() => server.close())
  return server
}

function ask({ address }: MetricsServer, path: string, method = 'GET'): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { port } = address
    const asked = request({ host: '127.0.0.1', port, path, method, agent: false }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body: body.trimEnd() }), reject)
    })
    asked.on('error', reject).end()
  })
}

/** Names in the text format, those of histograms with and without their suffixes. */
async function exportedNames(server: MetricsServer): Promise<Set<string>> {
  const { body } = await ask(server, '/metrics')
  const named = [...body.matchAll(/^(?:# TYPE )?([a-z]\w*)/gm)].map(([, name]) => name as string)
  return new Set(named)
}

const namesIn = (document: string): Set<string> =>
  new Set([...document.matchAll(/\b(?:tunnel_edge|process|nodejs)_\w+/g)].map(([name]) => name))

test('the dashboard and the documentation name no metric that is not exported', async () => {
  const exported = await exportedNames(await start())
  for (const document of [read('grafana-dashboard.json'), read('operations.md')]) {
    const named = [...namesIn(document)]
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((name) => !exported.has(name))).toEqual([])
  }
})

test('every metric of the edge is documented', async () => {
  const exported = [...(await exportedNames(await start()))].filter((name) => name.startsWith('tunnel_edge_'))
  const documented = namesIn(read('operations.md'))
  const isPart = (name: string): boolean => documented.has(name.replace(/_(?:bucket|sum|count)$/, ''))
  expect(exported.filter((name) => !documented.has(name) && !isPart(name))).toEqual([])
})

test('the dashboard can be imported: panels have an id, a place and queries with a data source to choose', () => {
  const dashboard = JSON.parse(read('grafana-dashboard.json')) as {
    uid: string
    schemaVersion: number
    templating: { list: { name: string }[] }
    panels: {
      id: number
      gridPos: { x: number; w: number }
      datasource: { uid: string }
      targets: { expr: string }[]
    }[]
  }
  const { panels } = dashboard
  expect(dashboard).toMatchObject({ uid: 'tunnel-edge', schemaVersion: expect.any(Number) })
  expect(dashboard.templating.list.map(({ name }) => name)).toContain('datasource')
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  for (const { gridPos, datasource, targets } of panels) {
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
    expect(datasource.uid).toMatch(/^\$\{datasource\}$/)
    expect(targets.every(({ expr }) => expr !== '')).toBe(true)
  }
})

test('a histogram counts each value once, up to the bound that holds it', async () => {
  const counters = new EdgeCounters()
  for (const ms of [0.5, 1, 3, 70_000])
    counters.exchangeFinished(toldExchange({ startedAtMs: 1000, endedAtMs: 1000 + ms, sentAtMs: 0 }))
  const { body } = await ask(await start(edgeThat(), counters), '/metrics')
  const sample = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(body)?.[1])
  const bucket = (bound: string) => sample(`tunnel_edge_request_duration_seconds_bucket\\{le="${bound}"\\}`)
  expect(['0.001', '0.0025', '0.005', '60', '+Inf'].map((bound) => bucket(bound.replace('+', '\\+')))).toEqual([
    2, 2, 3, 3, 4,
  ])
  expect(sample('tunnel_edge_request_duration_seconds_count')).toBe(4)
  expect(sample('tunnel_edge_request_duration_seconds_sum')).toBeCloseTo(70.0045)
})

test('codes are labels, and no more of them than the catalogue can have', async () => {
  const counters = new EdgeCounters()
  for (let code = 1; code <= 400; code++)
    counters.exchangeFinished(toldExchange({ status: 502, errorCode: `ERR_TUNNEL_${code}` }))
  const { body } = await ask(await start(edgeThat(), counters), '/metrics')
  expect(body.match(/^tunnel_edge_errors_total\{/gm)).toHaveLength(301)
  expect(body).toContain('tunnel_edge_errors_total{code="other"} 100')
})

test.each([
  ['serves', edgeThat(), 200, 'ready'],
  ['keeps no connections', edgeThat({ stage: 1 }), 200, 'ready'],
  ['refuses visitors', edgeThat({ stage: 2 }), 503, 'overloaded: memory'],
  ['drains', edgeThat({ isDraining: true }), 503, 'draining'],
])('an edge that %s says whether it is ready, and is healthy', async (_, edge, status, body) => {
  const server = await start(edge)
  expect(await ask(server, '/readyz')).toEqual({ status, body })
  expect(await ask(server, '/healthz')).toEqual({ status: 200, body: 'ok' })
})

test('there is nothing else, and nothing to be changed', async () => {
  const server = await start()
  expect([(await ask(server, '/')).status, (await ask(server, '/metrics', 'POST')).status]).toEqual([404, 405])
})

test('a port that another process is about to let go is waited for', async () => {
  const first = await start()
  const { port } = first.address
  const options = { host: '127.0.0.1', port, version: '2', edge: edgeThat(), counters: new EdgeCounters() }
  await expect(serveMetrics(options)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  const waiting = serveMetrics({ ...options, retryUntil: new AbortController().signal })
  await first.close()
  const second = await waiting
  onTestFinished(() => second.close())
  expect((await ask(second, '/metrics')).body).toContain('tunnel_edge_info{version="2"} 1')
})

test('several observers are told in their order, and one has nobody beside it', () => {
  const told: string[] = []
  const noting = (name: string) => ({ connectionClosed: () => void told.push(name) })
  const one = noting('one')
  expect([combineObservers([]), combineObservers([one])]).toEqual([undefined, one])
  combineObservers([one, noting('two'), { beginTrace: () => undefined }])?.connectionClosed?.(toldConnection())
  expect(told).toEqual(['one', 'two'])
})

/** Of nobody, and valid for a hundred years. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBeTCCAR+gAwIBAgIUNEXRR3QMCLClC9AoXE3evV6Nl/QwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGbm9ib2R5MCAXDTI2MTEyMTE4MzkyMVoYDzIxMjYxMDI4MTgz
OTIxWjARMQ8wDQYDVQQDDAZub2JvZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AARiJzPrrudMQWGP8G8dSDX6vCNvWLIpvAzYg7xo9rrxGrUonu8tcX7qz/Cjb3Eh
FkISY+u/Zm3AKV8Fn0W9ZgoIo1MwUTAdBgNVHQ4EFgQUk12HR3S0Sxdb7syRMrkc
Vr1TXUQwHwYDVR0jBBgwFoAUk12HR3S0Sxdb7syRMrkcVr1TXUQwDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiAezxhHUxva5CEYFlEJBp9zw/w2ZZjh
EWpTgl7p4K9kyAIhALHVL9T720P0g46aQIm5b9CCuggPHwO1E9y2VAT3Cvvb
-----END CERTIFICATE-----
`

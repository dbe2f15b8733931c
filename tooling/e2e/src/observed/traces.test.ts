import '../harness/dangling.ts'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { http2Request, openHttp2 } from '../harness/http2-client.ts'
import { startAgentProgram, startEdgeProgram, stop } from '../harness/programs.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { startUpstream } from '../harness/upstream.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const sampled = `00-${traceId}-${spanId}-01`

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[]
}

const attributeOf = ({ attributes }: Span, name: string): unknown =>
  Object.values(attributes.find(({ key }) => key === name)?.value ?? {})[0]

/** A collector of OpenTelemetry, as far as it takes spans. */
async function startCollector(): Promise<{ endpoint: string; spans: Span[] }> {
  const spans: Span[] = []
  const server = createServer(async (incoming, response) => {
    const { resourceSpans } = JSON.parse(await text(incoming))
    if (incoming.url === '/v1/traces') spans.push(...resourceSpans[0].scopeSpans[0].spans)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { spans, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** Answers with the fields of the trace that came. */
const startEcho = () =>
  startUpstream((incoming, response) => {
    const { traceparent, tracestate } = incoming.headers
    const times = incoming.rawHeaders.filter((name) => name.toLowerCase() === 'traceparent').length
    response.end(JSON.stringify({ traceparent, tracestate, times }))
  })

const idsOf = ({ text: body }: { text: string }) => {
  const { traceparent, tracestate } = JSON.parse(body) as { traceparent: string; tracestate?: string }
  const [, trace, span, flags] = traceparent.split('-')
  return { trace, span, flags, tracestate }
}

test('the edge is a span between the visitor and the service, and a collector gets it', async () => {
  const { endpoint, spans } = await startCollector()
  const edge = await startEdgeProgram({
    args: ['--log-level=warn', `--otlp-endpoint=${endpoint}`, '--metrics-addr=127.0.0.1:0'],
  })
  const { port } = await startEcho()
  const args = ['http', String(port), '--url=https://traced.localhost']
  const agent = await startAgentProgram(edge.connectionString, args)
  const url = `https://traced.localhost:${edge.httpsPort}`

  const headers = { traceparent: sampled, tracestate: 'vendor=1,other=2' }
  const continued = idsOf(await request(`${url}/continued?a=b`, { ca: edge.ca, headers }))
  expect(continued).toMatchObject({ trace: traceId, flags: '01', tracestate: 'vendor=1,other=2' })
  const broken = { traceparent: `${sampled}-more`, tracestate: 'vendor=1' }
  const begun = idsOf(await request(`${url}/begun`, { ca: edge.ca, headers: broken }))
  expect(begun).toMatchObject({ trace: expect.not.stringContaining(traceId), flags: '01', tracestate: undefined })
  const twice = { traceparent: [sampled, sampled] }
  const again = idsOf(await request(`${url}/twice`, { ca: edge.ca, headers: twice }))
  expect(again.trace).not.toBe(traceId)
  const session = await openHttp2(url, { ca: edge.ca })
  const over2 = await http2Request(session, { ':path': '/over-2', ...headers })
  const unsampled = { traceparent: `00-${traceId}-${spanId}-00` }
  expect(idsOf(await request(`${url}/unsampled`, { ca: edge.ca, headers: unsampled })).flags).toBe('00')
  expect((await request(`https://nobody.localhost:${edge.httpsPort}/`, { ca: edge.ca })).status).toBe(404)

  const metrics = await request(`http://127.0.0.1:${edge.metricsPort}/metrics`)
  expect(metrics.text).toContain('tunnel_edge_spans_queued 5\n')
  expect(metrics.text).toContain('tunnel_edge_spans_total{outcome="dropped"} 0\n')

  session.close()
  expect(await stop(agent.child)).toBe(0)
  // It hands over what waits.
  expect(await stop(edge.child)).toBe(0)
  const found = new Map(spans.map((span) => [attributeOf(span, 'url.path'), span]))
  expect([...found.keys()].sort()).toEqual(['/', '/begun', '/continued', '/over-2', '/twice'])
  expect(found.get('/continued')).toMatchObject({ traceId, spanId: continued.span, parentSpanId: spanId, name: 'GET' })
  expect(found.get('/begun')).toMatchObject({ traceId: begun.trace, spanId: begun.span })
  expect(found.get('/begun')?.parentSpanId ?? '').toBe('')
  expect(found.get('/over-2')).toMatchObject({ traceId, spanId: idsOf(over2).span, parentSpanId: spanId })
  const told = (path: string, name: string) => attributeOf(found.get(path) as Span, name)
  expect(told('/over-2', 'network.protocol.version')).toBe('2')
  expect(told('/continued', 'http.response.status_code')).toBe(200)
  expect(told('/continued', 'tunnel.endpoint.url')).toBe(agent.urls[0])
  expect(told('/continued', 'tunnel.endpoint.id')).toMatch(/^ep_/)
  expect(told('/', 'tunnel.error.code')).toBe('ERR_TUNNEL_3200')
})

test.each([
  ['one that is right', [sampled], sampled],
  ['one that is wrong', ['no trace'], 'no trace'],
  ['two', [sampled, sampled], `${sampled}, ${sampled}`],
])('without traces the fields of a visitor pass as they are: %s', async (_name, traceparent, seen) => {
  const tunnel = await startTestEdge()
  const listener = await tunnel.forward(await startEcho())
  const headers = { traceparent, tracestate: 'vendor=1' }
  const answer = JSON.parse((await request(listener.url(), { headers })).text)
  expect(answer).toEqual({ traceparent: seen, tracestate: 'vendor=1', times: traceparent.length })
})

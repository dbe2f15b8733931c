import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { ExchangeRecord, ExchangeTrace } from '@tunnel/edge'
import { expect, onTestFinished, test } from 'vitest'
import { EdgeTracer } from './edge-tracer.ts'
import { loadOtel } from './otel-packages.ts'
import type { TracingOptions } from './tracing.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const sampled = `00-${traceId}-${spanId}-01`

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly traceState?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly status: { readonly code?: number }
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[]
  readonly events: readonly { readonly name: string }[]
}

/** A collector that takes what it gets as long as it is well. */
async function startCollector(status = 200) {
  const spans: Span[] = []
  const resources: unknown[] = []
  const server = createServer(async (incoming, response) => {
    const message = JSON.parse(await text(incoming))
    for (const { resource, scopeSpans } of message.resourceSpans) {
      resources.push(resource)
      for (const scope of scopeSpans) spans.push(...scope.spans)
    }
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { spans, resources, endpoint: `http://127.0.0.1:${port}` }
}

const silent = { warn: () => {}, info: () => {} }

async function tracerFor(endpoint: string, more: Partial<TracingOptions> = {}): Promise<EdgeTracer> {
  return new EdgeTracer(await loadOtel(), { endpoint, version: '1.2.3', log: silent, env: {}, ...more })
}

/** An exchange as the edge tells it. */
function exchange(trace: ExchangeTrace | undefined, more: object = {}): ExchangeRecord {
  const startedAtMs = performance.now()
  const record = {
    connection: {
      kind: 'http1',
      visitor: { address: '192.0.2.7', port: 50_000 },
      local: { port: 443 },
      tls: { version: 'TLSv1.3' },
    },
    head: {
      method: 'GET',
      target: '/a/b?c=d&sig=secret',
      host: 'app.example:8443',
      minorVersion: 1,
      headers: ['User-Agent', 'curl', 'tracestate', 'vendor=1'],
    },
    trace,
    startedAtMs,
    sentAtMs: startedAtMs + 1,
    firstByteAtMs: startedAtMs + 2,
    endedAtMs: startedAtMs + 250,
    status: 200,
    requestBytes: 1,
    responseBytes: 2,
    isComplete: true,
    endpoint: { id: 'ep_1', url: 'https://app.example', session: { id: 'ts_1' } },
    errorCode: undefined,
    ...more,
  }
  return record as unknown as ExchangeRecord
}

const plain = ({ attributes }: Span) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

test("a request is a server span below the visitor's", async () => {
  const { spans, resources, endpoint } = await startCollector()
  const tracer = await tracerFor(endpoint, {
    region: 'eu',
    env: { OTEL_RESOURCE_ATTRIBUTES: 'deployment=blue%20one,x' },
  })
  const place = tracer.beginTrace(sampled)
  tracer.exchangeFinished(exchange(place))
  await tracer.close()
  expect([tracer.exportedCount, tracer.queuedCount, tracer.lostCount]).toEqual([1, 0, 0])
  const [span] = spans as [Span]
  expect(place.tracestate).toBeUndefined()
  expect(place.traceparent).toBe(`00-${traceId}-${span.spanId}-01`)
  expect(span).toMatchObject({
    traceId,
    parentSpanId: spanId,
    traceState: 'vendor=1',
    name: 'GET',
    kind: 2,
    status: {},
  })
  expect(Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6).toBeCloseTo(250, 0)
  expect(span.events.map(({ name }) => name)).toEqual(['sent to the agent', 'first byte of the answer'])
  expect(plain(span)).toEqual({
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'http.request.body.size': 1,
    'http.response.body.size': 2,
    'url.scheme': 'https',
    'url.path': '/a/b',
    'url.query': 'c=d&sig=REDACTED',
    'server.address': 'app.example',
    'server.port': 8443,
    'client.address': '192.0.2.7',
    'client.port': 50_000,
    'network.protocol.version': '1.1',
    'tls.protocol.version': '1.3',
    'user_agent.original': 'curl',
    'tunnel.endpoint.id': 'ep_1',
    'tunnel.endpoint.url': 'https://app.example',
    'tunnel.session.id': 'ts_1',
    'tunnel.exchange.complete': true,
  })
  expect(plain({ attributes: [], ...(resources[0] as object) } as unknown as Span)).toEqual({
    'service.name': 'tunnel-edge',
    'service.version': '1.2.3',
    'tunnel.region': 'eu',
    deployment: 'blue one',
  })
})

test('an error has its code, and a method that nobody knows no name of its own', async () => {
  const { spans, endpoint } = await startCollector()
  const tracer = await tracerFor(endpoint)
  tracer.exchangeFinished(exchange(tracer.beginTrace(sampled), { status: 502, errorCode: 'ERR_TUNNEL_3004' }))
  const head = { method: 'BREW', target: '*', host: 'a', minorVersion: 0, headers: [] }
  tracer.exchangeFinished(exchange(tracer.beginTrace(undefined), { head, status: 404, errorCode: 'ERR_TUNNEL_3200' }))
  tracer.exchangeFinished(exchange(undefined, { head: undefined, status: 400, endpoint: undefined }))
  await tracer.close()
  const [failed, unknown, unread] = spans as [Span, Span, Span]
  expect(failed.status.code).toBe(2)
  expect(plain(failed)).toMatchObject({ 'error.type': 'ERR_TUNNEL_3004', 'tunnel.error.code': 'ERR_TUNNEL_3004' })
  expect(unknown).toMatchObject({ name: 'HTTP', status: {} })
  expect(unknown.parentSpanId ?? '').toBe('')
  expect(plain(unknown)).toMatchObject({ 'http.request.method': '_OTHER', 'http.request.method_original': 'BREW' })
  expect(plain(unknown)).not.toHaveProperty('error.type')
  expect(unread).toMatchObject({ name: 'HTTP' })
})

test('what a visitor wrote is cut', async () => {
  const { spans, endpoint } = await startCollector()
  const tracer = await tracerFor(endpoint)
  const long = 'x'.repeat(5_000)
  const head = { method: long, target: `/${long}?${long}`, host: long, minorVersion: 1, headers: ['user-agent', long] }
  tracer.exchangeFinished(exchange(tracer.beginTrace(undefined), { head }))
  await tracer.close()
  const texts = Object.values(plain(spans[0] as Span)).filter((value) => String(value).includes('xxx'))
  expect(texts.map((value) => String(value).length)).toEqual(Array.from({ length: 5 }, () => 1_024))
})

test('what is not sampled is told on, and not exported', async () => {
  const { spans, endpoint } = await startCollector()
  const tracer = await tracerFor(endpoint, { sampleRatio: 0 })
  for (const parent of [`00-${traceId}-${spanId}-00`, undefined, 'not a traceparent']) {
    const place = tracer.beginTrace(parent)
    expect(place.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
    expect(place.traceparent.includes(traceId)).toBe(parent?.includes(traceId) ?? false)
    expect(place.tracestate).toBe(parent?.includes(traceId) ? undefined : '')
    tracer.exchangeFinished(exchange(place))
  }
  tracer.exchangeFinished(exchange(tracer.beginTrace(sampled)))
  await tracer.close()
  expect(spans.map((span) => span.parentSpanId)).toEqual([spanId])
})

test('about the share of new traces that was asked for is sampled', async () => {
  const tracer = await tracerFor('http://127.0.0.1:9', { sampleRatio: 0.25 })
  const places = Array.from({ length: 4_000 }, () => tracer.beginTrace(undefined))
  const share = places.filter(({ isSampled }) => isSampled).length / places.length
  // Eleven standard deviations to each side.
  expect(share).toBeGreaterThan(0.175)
  expect(share).toBeLessThan(0.325)
  expect(new Set(places.map(({ own }) => own.spanId)).size).toBe(4_000)
  await tracer.close()
})

test('the queue is bounded, and what does not fit is counted', async () => {
  const { spans, endpoint } = await startCollector()
  const tracer = await tracerFor(endpoint, { maxQueuedSpans: 3 })
  // The third one makes a batch, which leaves at once.
  for (let count = 0; count < 10; count++) tracer.exchangeFinished(exchange(tracer.beginTrace(undefined)))
  expect(tracer.queuedCount).toBe(3)
  expect(tracer.droppedCount).toBe(4)
  await tracer.close()
  expect(spans).toHaveLength(6)
})

test('a collector that refuses is told of once, with what is lost', async () => {
  const { endpoint } = await startCollector(400)
  const warnings: string[] = []
  const log = { warn: (_fields: object, message: string) => void warnings.push(message), info: () => {} }
  const tracer = await tracerFor(endpoint, { maxQueuedSpans: 1, log })
  for (let count = 0; count < 2; count++) {
    tracer.exchangeFinished(exchange(tracer.beginTrace(undefined)))
    await expect.poll(() => tracer.lostCount).toBe(count + 1)
  }
  await tracer.close()
  expect(warnings).toEqual(['spans cannot be exported, and are lost'])
})

test('says what to install where OpenTelemetry is absent, and nothing else of it', async () => {
  const missing = Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' })
  await expect(loadOtel(() => Promise.reject(missing))).rejects.toThrow(
    'npm install @opentelemetry/api @opentelemetry/sdk-trace-node @opentelemetry/exporter-trace-otlp-http',
  )
  await expect(loadOtel(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
})

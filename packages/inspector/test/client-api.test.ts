import { describe, expect, test } from 'vitest'
import { InspectorError } from '../src/index.ts'
import { FakeEndpoint } from './fake-endpoint.ts'
import { localApi } from './local-api.ts'

const noRates = { count: 0, rate1: 0, rate5: 0, rate15: 0, p50: 0, p90: 0, p95: 0, p99: 0 }
const noMetrics = { conns: { ...noRates, gauge: 0 }, http: noRates }

describe("the reference's client API (agent.md §4)", () => {
  test('lists what there is', async () => {
    const { call } = await localApi()
    const answer = await call('/api/')
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(answer.json()).toMatchObject({
      uri: '/api',
      tunnels_uri: '/api/tunnels',
      endpoints_uri: '/api/endpoints',
      requests_http_uri: '/api/requests/http',
      status_uri: '/api/status',
    })
  })

  test('lists tunnels field by field', async () => {
    const { inspector, call } = await localApi()
    new FakeEndpoint(inspector)
    expect((await call('/api/tunnels')).json()).toEqual({
      tunnels: [
        {
          name: 'command_line',
          ID: 'id-command_line',
          uri: '/api/tunnels/command_line',
          public_url: 'https://d95211d2.example.app',
          proto: 'https',
          config: { addr: 'http://localhost:80', inspect: true },
          metrics: noMetrics,
        },
      ],
      uri: '/api/tunnels',
    })
  })

  test('tells durations in nanoseconds and rates by second', async () => {
    const { inspector, call } = await localApi()
    const endpoint = new FakeEndpoint(inspector)
    endpoint.connections = {
      count: 7,
      open: 2,
      rate1: 0.5,
      rate5: 0.25,
      rate15: 0.125,
      p50Ms: 1.5,
      p90Ms: 2,
      p95Ms: 3,
      p99Ms: 4,
    }
    const { metrics } = (await call('/api/tunnels/command_line')).json<{ metrics: object }>()
    expect(metrics).toEqual({
      conns: {
        count: 7,
        gauge: 2,
        rate1: 0.5,
        rate5: 0.25,
        rate15: 0.125,
        p50: 1_500_000,
        p90: 2_000_000,
        p95: 3_000_000,
        p99: 4_000_000,
      },
      http: noRates,
    })
  })

  test('finds a tunnel by its encoded name', async () => {
    const { inspector, call } = await localApi()
    new FakeEndpoint(inspector, { name: 'command_line (http)', url: 'http://d95211d2.example.app' })
    const answer = await call('/api/tunnels/command_line+%28http%29')
    expect(answer.json()).toMatchObject({
      name: 'command_line (http)',
      uri: '/api/tunnels/command_line+%28http%29',
      proto: 'http',
    })
  })

  test('a tcp tunnel is not inspected', async () => {
    const { inspector, call } = await localApi()
    new FakeEndpoint(inspector, { name: 'ssh', protocol: 'tcp' })
    expect((await call('/api/tunnels/ssh')).json()).toMatchObject({
      public_url: 'tcp://0.example.app:53476',
      proto: 'tcp',
      config: { addr: 'tcp://localhost:22', inspect: false },
    })
  })

  test('an unknown tunnel is 404', async () => {
    const { call } = await localApi()
    const answer = await call('/api/tunnels/none')
    expect(answer.status).toBe(404)
    expect(answer.json()).toEqual({
      error_code: 100,
      status_code: 404,
      msg: 'resource not found',
      details: { err: 'there is no endpoint "none"' },
    })
  })

  test('stops a tunnel', async () => {
    const { inspector, call } = await localApi()
    new FakeEndpoint(inspector)
    const answer = await call('/api/tunnels/command_line', { method: 'DELETE' })
    expect([answer.status, answer.bytes.length]).toEqual([204, 0])
    expect((await call('/api/tunnels')).json()).toEqual({ tunnels: [], uri: '/api/tunnels' })
    expect((await call('/api/tunnels/command_line', { method: 'DELETE' })).status).toBe(404)
  })

  test('starts a tunnel by the definition of the configuration file', async () => {
    const started: unknown[] = []
    const { inspector, call } = await localApi({}, { agent: agentThatStarts(started, () => inspector) })
    const answer = await call('/api/tunnels', { method: 'POST', body: { addr: '22', proto: 'tcp', name: 'ssh' } })
    expect(answer.status).toBe(201)
    expect(answer.json()).toEqual({
      name: 'ssh',
      ID: 'id-ssh',
      uri: '/api/tunnels/ssh',
      public_url: 'tcp://0.example.app:53476',
      proto: 'tcp',
      config: { addr: 'tcp://localhost:22', inspect: false },
      metrics: noMetrics,
    })
    expect(started).toEqual([['tunnel', { addr: '22', proto: 'tcp', name: 'ssh' }]])
  })

  test.each([
    ['ERR_INSPECTOR_DEFINITION', 400, 102, 'invalid tunnel configuration'],
    ['ERR_INSPECTOR_START', 502, 103, 'failed to start tunnel'],
    ['ERR_INSPECTOR_NOT_READY', 503, 104, 'tunnel is not yet ready to start tunnels'],
  ] as const)('%s answers as the reference does', async (code, status, errorCode, msg) => {
    const start = async () => {
      throw new InspectorError(code, 'the reason')
    }
    const { call } = await localApi({}, { agent: { status: () => ({ status: 'online', agent_version: '1' }), start } })
    const answer = await call('/api/tunnels', { method: 'POST', body: {} })
    expect(answer.status).toBe(status)
    expect(answer.json()).toEqual({
      error_code: errorCode,
      status_code: status,
      msg,
      details: { err: 'the reason', code },
    })
  })

  test('shows endpoints', async () => {
    const { inspector, call } = await localApi()
    new FakeEndpoint(
      inspector,
      { name: 'web' },
      {
        description: 'shop',
        poolingEnabled: true,
        trafficPolicy: 'on_http_request: []\n',
        upstream: { url: 'x', proxyProtocol: 2 },
      },
    )
    const { endpoints } = (await call('/api/endpoints')).json<{ endpoints: object[] }>()
    expect(endpoints).toEqual([
      {
        name: 'web',
        uri: '/api/endpoints/web',
        url: 'https://d95211d2.example.app',
        upstream: { url: 'http://localhost:80', protocol: 'http1', proxy_protocol: '2' },
        inspect: true,
        traffic_policy: 'on_http_request: []\n',
        pooling_enabled: true,
        description: 'shop',
        metadata: '',
        bindings: ['public'],
        metrics: noMetrics,
      },
    ])
    expect((await call('/api/endpoints/web')).json()).toEqual(endpoints[0])
  })

  test('puts an endpoint: 201 for a new one, 200 in place of another', async () => {
    const started: unknown[] = []
    const { inspector, call } = await localApi({}, { agent: agentThatStarts(started, () => inspector) })
    const put = () => call('/api/endpoints/web', { method: 'PUT', body: { upstream: { url: 80 } } })
    expect((await put()).status).toBe(201)
    expect((await put()).status).toBe(200)
    expect(inspector.endpoints().map(({ name }) => name)).toEqual(['web'])
    expect((await call('/api/endpoints/web', { method: 'DELETE' })).status).toBe(204)
  })

  test('lists captured requests field by field, newest first', async () => {
    const { inspector, call } = await localApi()
    const endpoint = new FakeEndpoint(inspector, { name: 'command_line (http)' })
    endpoint.exchange({ target: '/first' })
    endpoint.exchange({
      target: '/favicon.ico',
      requestHeaders: ['accept', '*/*', 'X-Forwarded-For', '10.0.0.1, 192.168.100.25', 'Accept', 'text/html'],
      status: 502,
      reason: 'Bad Gateway',
      responseHeaders: ['Content-Length', '4'],
      responseBody: 'oops',
    })
    const { uri, requests } = (await call('/api/requests/http')).json<{
      uri: string
      requests: Record<string, unknown>[]
    }>()
    expect(uri).toBe('/api/requests/http')
    expect(requests.map(({ request }) => (request as { uri: string }).uri)).toEqual(['/favicon.ico', '/first'])
    const [request] = requests as [Record<string, unknown>]
    expect(request.id).toMatch(/^[0-9a-f]{16}$/)
    expect(request.start).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/)
    expect(request).toEqual({
      uri: `/api/requests/http/${request.id}`,
      id: request.id,
      tunnel_name: 'command_line (http)',
      remote_addr: '192.168.100.25',
      start: request.start,
      duration: 3_893_202,
      request: {
        method: 'GET',
        proto: 'HTTP/1.1',
        headers: {
          Host: ['shop.example.com'],
          Accept: ['*/*', 'text/html'],
          'X-Forwarded-For': ['10.0.0.1, 192.168.100.25'],
        },
        uri: '/favicon.ico',
        raw: base64(
          'GET /favicon.ico HTTP/1.1\r\nHost: shop.example.com\r\naccept: */*\r\nX-Forwarded-For: 10.0.0.1, 192.168.100.25\r\nAccept: text/html\r\n\r\n',
        ),
      },
      response: {
        status: '502 Bad Gateway',
        status_code: 502,
        proto: 'HTTP/1.1',
        headers: { 'Content-Length': ['4'] },
        raw: base64('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\noops'),
      },
    })
    expect((await call(`/api/requests/http/${request.id}`)).json()).toEqual(request)
  })

  test('the response is null until the service has answered', async () => {
    const { inspector, call } = await localApi()
    const endpoint = new FakeEndpoint(inspector)
    endpoint.inspection.observe?.()?.onRequestHead(
      {
        method: 'GET',
        target: '/slow',
        minorVersion: 1,
        headers: [],
        host: '',
        framing: 'none',
        contentLength: 0,
        keepAlive: true,
        upgrade: undefined,
        expectContinue: false,
      },
      1,
    )
    const { requests } = (await call('/api/requests/http')).json<{ requests: { response: unknown }[] }>()
    expect(requests.map(({ response }) => response)).toEqual([null])
  })

  test('limits the list by count and by tunnel', async () => {
    const { inspector, call } = await localApi()
    const one = new FakeEndpoint(inspector, { name: 'one' })
    const two = new FakeEndpoint(inspector, { name: 'two' })
    for (const endpoint of [one, two, one, one]) endpoint.exchange()
    const count = async (query: string) =>
      (await call(`/api/requests/http?${query}`)).json<{ requests: unknown[] }>().requests.length
    expect(await count('limit=2')).toBe(2)
    expect(await count('tunnel_name=two')).toBe(1)
    expect(await count('tunnel_name=one&limit=2')).toBe(2)
    expect((await call('/api/requests/http?limit=many')).status).toBe(400)
  })

  test('replays on the tunnel where it was recorded, or on another', async () => {
    const { inspector, call } = await localApi()
    const one = new FakeEndpoint(inspector, { name: 'one' })
    const two = new FakeEndpoint(inspector, { name: 'two' })
    one.exchange({ method: 'POST', target: '/hook', requestBody: '{"a":1}' })
    const id = inspector.store.newestFirst()[0]?.id
    expect((await call('/api/requests/http', { method: 'POST', body: { id } })).status).toBe(204)
    expect((await call('/api/requests/http', { method: 'POST', body: { id, tunnel_name: 'two' } })).status).toBe(204)
    const expected = 'POST /hook HTTP/1.1\r\nHost: shop.example.com\r\nContent-Length: 7\r\n\r\n{"a":1}'
    expect([one.sent, two.sent].map((sent) => sent.map(({ bytes }) => bytes.toString()))).toEqual([
      [expected],
      [expected],
    ])
    expect((await call('/api/requests/http', { method: 'POST', body: { id: 'none' } })).status).toBe(404)
    expect((await call('/api/requests/http', { method: 'POST', body: {} })).status).toBe(400)
  })

  test('replays with modifications', async () => {
    const { inspector, call } = await localApi()
    const endpoint = new FakeEndpoint(inspector)
    endpoint.exchange({ method: 'POST', target: '/hook', requestBody: 'old' })
    const id = inspector.store.newestFirst()[0]?.id
    const body = { method: 'PUT', path: '/other?x=1', headers: { 'X-A': ['1', '2'], Host: 'h' }, body: 'new body' }
    expect((await call(`/api/requests/http/${id}`, { method: 'POST', body })).status).toBe(204)
    expect(endpoint.sent[0]?.bytes.toString()).toBe(
      'PUT /other?x=1 HTTP/1.1\r\nX-A: 1\r\nX-A: 2\r\nHost: h\r\nContent-Length: 8\r\n\r\nnew body',
    )
  })

  test('deletes all captured requests', async () => {
    const { inspector, call } = await localApi()
    new FakeEndpoint(inspector).exchange()
    const answer = await call('/api/requests/http', { method: 'DELETE' })
    expect([answer.status, answer.bytes.length]).toEqual([204, 0])
    expect((await call('/api/requests/http')).json()).toEqual({ uri: '/api/requests/http', requests: [] })
  })

  test('tells the status', async () => {
    const session = { legs: [{ region: 'au', latency: '87ms' }] }
    const agent = { status: () => ({ status: 'online' as const, agent_version: '3.9.0', session }) }
    const { call } = await localApi({}, { agent })
    expect((await call('/api/status')).json()).toMatchObject({
      status: 'online',
      agent_version: '3.9.0',
      session,
      uri: '/api/status',
    })
  })
})

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Puts whatever it is told online. */
function agentThatStarts(started: unknown[], inspector: () => ConstructorParameters<typeof FakeEndpoint>[0]) {
  return {
    status: () => ({ status: 'online' as const, agent_version: '1' }),
    start: async (kind: string, definition: Record<string, unknown>, replace: () => Promise<void>) => {
      started.push([kind, definition])
      await replace()
      const name = String(definition.name)
      new FakeEndpoint(inspector(), { name, protocol: definition.proto === 'tcp' ? 'tcp' : 'http' })
      return name
    },
  }
}

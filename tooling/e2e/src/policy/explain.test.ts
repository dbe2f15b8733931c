import { Inspector } from '@tunnel/inspector'
import type { PolicyTrace } from '@tunnel/traffic-policy'
import { expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { until } from '../harness/until.ts'
import { startUpstream } from '../harness/upstream.ts'
import { police, whatItSays } from './policed.ts'

const policy = JSON.stringify({
  on_http_request: [
    {
      name: 'greeting',
      expressions: ["req.url.path == '/hello'"],
      actions: [{ type: 'custom-response', config: { body: 'hi' } }],
    },
    { actions: [{ type: 'basic-auth', config: { credentials: ['user:password1'], enforce: false } }] },
  ],
  on_http_response: [{ actions: [{ type: 'add-headers', config: { headers: { 'x-out': 'yes' } } }] }],
})

const read = (trace: string | undefined): PolicyTrace => JSON.parse(trace ?? 'null') as PolicyTrace

test('tells what a policy does with the next request', async () => {
  const { listener, url } = await police(policy)
  const explained = listener.explain({ ttlMs: 10_000 })
  await listener.update({ description: 'the edge has read what came before' })
  const authorization = `Basic ${btoa('user:password1')}`
  expect((await request(`${url}/other`, { headers: { authorization } })).status).toBe(200)
  const trace = await explained
  expect(read(trace).phases).toMatchObject([
    {
      phase: 'on_http_request',
      rules: [
        {
          index: 0,
          name: 'greeting',
          matched: false,
          expressions: [{ source: "req.url.path == '/hello'", value: false }],
        },
        { index: 1, matched: true, actions: [{ type: 'basic-auth', outcome: 'continue' }] },
      ],
    },
    { phase: 'on_http_response', rules: [{ actions: [{ type: 'add-headers', outcome: 'continue' }] }] },
  ])
  expect(trace).not.toContain('password1')
})

test('waits for the request that has its token', async () => {
  const { listener, url } = await police(policy)
  const explained = listener.explain({ token: 'me', ttlMs: 10_000 })
  await listener.update({ description: 'the edge has read what came before' })
  await request(`${url}/other`)
  await request(`${url}/other`, { headers: { 'tunnel-explain': 'somebody else' } })
  await request(`${url}/hello`, { headers: { 'tunnel-explain': 'me' } })
  const { phases } = read(await explained)
  expect(phases[0]?.rules).toMatchObject([
    { matched: true, actions: [{ type: 'custom-response', outcome: 'respond', status: 200 }] },
  ])
})

test('is shown with the request in the inspector of the agent that has the endpoint, whoever asked', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((_incoming, response) => response.end('here'))
  const inspector = new Inspector()
  const listener = await tunnel.forward(upstream, { inspect: inspector, traffic_policy: policy })
  const asking = await tunnel.connectAgent()
  const explained = asking.explain(listener.url(), { token: 'me', ttlMs: 10_000 })
  // Answered after what came before it.
  await expect(asking.explain('https://nobody.tunnel.test', { ttlMs: 1 })).rejects.toMatchObject({
    code: 'ERR_TUNNEL_333',
  })
  const authorization = `Basic ${btoa('user:password1')}`
  await request(listener.url(), { headers: { authorization, 'tunnel-explain': 'me' } })
  const { phases } = read(await explained)
  await until(() => inspector.store.newestFirst()[0]?.policy !== undefined, 'the trace at the agent')
  const shown = inspector.store.newestFirst()[0]?.policy
  expect(phases.map(({ phase }) => phase)).toEqual(['on_http_request', 'on_http_response'])
  expect(shown).toMatchObject([
    { phase: 'on_http_request', rule: 'greeting', outcome: 'not matched' },
    { phase: 'on_http_request', action: 'basic-auth', outcome: 'continue' },
    { phase: 'on_http_response', action: 'add-headers', outcome: 'continue' },
  ])
})

test('ends with nothing when its time is up, another one takes its place, or the policy changes', async () => {
  const { listener } = await police(policy)
  expect(await listener.explain({ ttlMs: 1 })).toBeUndefined()
  const first = listener.explain({ ttlMs: 600_000 })
  const second = listener.explain({ ttlMs: 600_000 })
  expect(await first).toBeUndefined()
  await listener.update({ trafficPolicy: '' })
  expect(await second).toBeUndefined()
})

test('is refused for an endpoint without a policy', async () => {
  const { listener } = await police('')
  await expect(listener.explain({ ttlMs: 1000 })).rejects.toMatchObject({ code: 'ERR_TUNNEL_2206' })
})

const onConnect = (action: object): object[] => [{ name: 'who', actions: [action] }]

test.each(['http', 'https'] as const)('tells what the rules for connections did before, over %s', async (schemes) => {
  const on_tcp_connect = onConnect({ type: 'log', config: { metadata: { a: 'b' } } })
  const { listener, url } = await police(JSON.stringify({ ...JSON.parse(policy), on_tcp_connect }), {
    config: { schemes },
  })
  const explained = listener.explain({ token: 'me', ttlMs: 10_000 })
  await listener.update({ description: 'the edge has read what came before' })
  await request(`${url}/other`, { headers: { 'tunnel-explain': 'me' } })
  expect(read(await explained).phases).toMatchObject([
    { phase: 'on_tcp_connect', rules: [{ name: 'who', actions: [{ type: 'log', outcome: 'continue' }] }] },
    { phase: 'on_http_request' },
    { phase: 'on_http_response' },
  ])
})

test.each([
  ['of a tcp endpoint', { proto: 'tcp' } as const, { type: 'log', config: { metadata: {} } }, 'continue'],
  ['of a tcp endpoint that closes it', { proto: 'tcp' } as const, { type: 'deny' }, 'close'],
  ['of an http endpoint that closes it', { schemes: 'http' }, { type: 'deny' }, 'close'],
  ['of an https endpoint that closes it', { schemes: 'https' }, { type: 'deny' }, 'close'],
])('tells of a connection that brings no request: one %s', async (_, config, action, outcome) => {
  const { listener, url } = await police(JSON.stringify({ on_tcp_connect: onConnect(action) }), { config })
  const explained = listener.explain({ ttlMs: 10_000 })
  await listener.update({ description: 'the edge has read what came before' })
  if (url.startsWith('https')) await request(url).catch(() => {})
  else
    await whatItSays(
      Number(new URL(url).port),
      `GET / HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\n\r\n`,
    )
  expect(read(await explained).phases).toMatchObject([
    { phase: 'on_tcp_connect', rules: [{ actions: [{ type: action.type, outcome }] }] },
  ])
})

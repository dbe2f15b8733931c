import type { PolicyTrace } from '@tunnel/traffic-policy'
import { expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { police } from './policed.ts'

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

import '../harness/dangling.ts'
import { forwardOver } from '@tunnel/agent-core'
import { describe, expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { DOMAIN, identity } from '../harness/identity.ts'
import { helloOf, RawAgent } from '../harness/raw-agent.ts'
import { startRelay } from '../harness/relay.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { until } from '../harness/until.ts'
import { startUpstream } from '../harness/upstream.ts'

const OFFLINE = { status: 404, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3200' } }

const greeting = (text: string) => startUpstream((_request, response) => response.end(text))

describe('an internal endpoint', () => {
  test('is online, at any port and several schemes, and no visitor can reach it', async () => {
    const tunnel = await startTestEdge()
    const session = await tunnel.connectAgent()
    const { port } = await greeting('inside')
    const urls = ['https://app.internal', 'http://app.internal', 'https://app.internal:8443', 'tcp://db.internal:5432']
    const bound = []
    for (const url of urls) bound.push((await forwardOver(session, { addr: port, url })).url())
    expect(bound).toEqual(urls)
    expect(tunnel.edge.endpointCount).toBe(4)
    for (const scheme of ['http', 'https'] as const) {
      const settings = { headers: { host: 'app.internal' } }
      expect(await request(tunnel.url('app', scheme), settings)).toMatchObject(OFFLINE)
    }
  })

  test('comes back at its address after a lost connection', async () => {
    const tunnel = await startTestEdge()
    const relay = await startRelay({ port: tunnel.httpsPort })
    const connect = tunnel.connectionString({ port: relay.port })
    const session = await tunnel.connectAgent({ connect, backoff: { firstDelayMs: 10, maxDelayMs: 10 } })
    const listener = await forwardOver(session, { addr: 80, url: 'https://app.internal:8443' })
    const back = new Promise((resolve) => session.once('connected', resolve))
    relay.cut()
    await back
    expect(listener.url()).toBe('https://app.internal:8443')
    await until(() => tunnel.edge.endpointCount === 1, 'the edge to notice')
  })

  test('is no public one, whatever is asked for', async () => {
    const tunnel = await startTestEdge()
    await expect(
      tunnel.forward({ port: 80 }, { url: 'https://app.internal', binding: 'public' }),
    ).rejects.toMatchObject({
      code: 'ERR_TUNNEL_331',
    })
  })
})

test.each([
  ['kubernetes', 'http://name.namespace', 15010],
  ['kubernetes', 'https://name.namespace', 9041],
  ['internal', `https://app.${DOMAIN}`, 9029],
  ['private', `https://app.${DOMAIN}`, 15005],
])('the binding %s of %s is refused with %i', async (binding, url, code) => {
  const tunnel = await startTestEdge()
  await expect(tunnel.forward({ port: 80 }, { url, binding })).rejects.toMatchObject({ code: `ERR_TUNNEL_${code}` })
})

test('what a live endpoint is called, and whether it shares its address, changes without losing a request', async () => {
  const tunnel = await startTestEdge()
  const { authtoken } = await identity()
  const held: { end(text: string): void }[] = []
  const upstream = await startUpstream((_request, response) => void held.push(response))
  const listener = await tunnel.forward(upstream, { url: `http://live.${DOMAIN}` })
  const begun = request(listener.url())
  await until(() => held.length === 1, 'the request to arrive')

  const agent = (await RawAgent.connect(tunnel.httpsPort)).send(helloOf(authtoken))
  await agent.receive('welcome')
  const asked = { protocol: 'http', url: `http://mine.${DOMAIN}`, upstream: { url: 'x' } }
  agent.send({ type: 'bind', id: 1, endpoint: asked })
  const [bound] = await agent.receive('bound')
  const { id: endpointId } = (bound as { endpoint: { id: string } } & typeof bound).endpoint
  const patch = { name: 'n', description: 'd', metadata: 'm', poolingEnabled: true }
  agent.send({ type: 'update', id: 2, endpointId, endpoint: patch })
  agent.send({ type: 'update', id: 3, endpointId, endpoint: { metadata: 'm'.repeat(4097) } })
  agent.send({ type: 'bind', id: 4, endpoint: { ...asked, poolingEnabled: true } })
  agent.send({ type: 'update', id: 5, endpointId, endpoint: { poolingEnabled: false } })
  await agent.receive('bound', 2)
  const [done] = await agent.receive('done')
  const failed = await agent.receive('failed', 2)
  expect(done).toMatchObject({ id: 2 })
  expect(failed).toMatchObject([
    { id: 3, error: { code: 'ERR_TUNNEL_100' } },
    { id: 5, error: { code: 'ERR_TUNNEL_334', message: expect.stringContaining('2 endpoints share') } },
  ])
  held[0]?.end('through it all')
  expect(await begun).toMatchObject({ status: 200, text: 'through it all' })
  agent.connection.finish()
})

test('labels are kept with an endpoint that has no address', async () => {
  const tunnel = await startTestEdge()
  const listener = await tunnel.forward({ port: 80 }, { labels: ['app=web', 'dc=eu'] })
  expect(listener.url()).toBe('')
  expect(tunnel.edge.endpointCount).toBe(1)
  expect(listener.request).toMatchObject({ protocol: '', labels: ['app=web', 'dc=eu'] })
  await listener.close()
  expect(tunnel.edge.endpointCount).toBe(0)
})

test('a session is refused with 100 when its metadata is longer than may be', async () => {
  const tunnel = await startTestEdge()
  const { authtoken } = await identity()
  for (const [length, answer] of [
    [4096, 'welcome'],
    [4097, 'refused'],
  ] as const) {
    const agent = await RawAgent.connect(tunnel.httpsPort)
    agent.send(helloOf(authtoken, { metadata: 'm'.repeat(length) }))
    const [message] = await agent.receive(answer)
    if (answer === 'refused') expect(message).toMatchObject({ error: { code: 'ERR_TUNNEL_100' } })
    agent.connection.finish()
  }
})

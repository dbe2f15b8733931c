import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { disconnect, forward, kill, listen, listeners } from '../src/index.ts'
import { welcome } from './agent-link.ts'
import { hasOpenssl } from './certificates.ts'
import { edgeForTest } from './connected.ts'
import type { FakeEdgeOptions } from './fake-edge.ts'

afterEach(async () => {
  await kill()
  vi.unstubAllEnvs()
})

/** An edge that the environment names, as it does for a program that uses nothing but `forward`. */
async function edgeOfEnvironment(options?: FakeEdgeOptions) {
  const edge = await edgeForTest(options)
  vi.stubEnv('TUNNEL_CONNECT', edge.connectionString)
  vi.stubEnv('TUNNEL_AUTHTOKEN', undefined)
  return edge
}

describe.skipIf(!hasOpenssl)('forward and listen (need openssl)', () => {
  test.each([
    [undefined, 'http://localhost:80'],
    [8080, 'http://localhost:8080'],
    ['192.0.2.1:9000', 'http://192.0.2.1:9000'],
    [{ addr: 3000, forwards_to: 'my app' }, 'my app'],
  ])('forward(%j) leads to %s', async (config, forwardsTo) => {
    await edgeOfEnvironment()
    expect((await forward(config)).forwardsTo()).toBe(forwardsTo)
  })

  test('share one session, which ends with the last endpoint', async () => {
    const edge = await edgeOfEnvironment()
    const [one, two] = await Promise.all([forward(8080), listen({ url: 'https://a.example' })])
    const link = await edge.nextLink()
    expect(edge.linkCount).toBe(1)
    expect(listeners()).toEqual([one, two])
    await one.close()
    expect(listeners()).toEqual([two])
    await disconnect('https://a.example')
    await link.closed
    expect(listeners()).toEqual([])
  })

  test('keep the session for whoever is about to use it', async () => {
    const edge = await edgeOfEnvironment()
    const first = await forward(8080)
    const [second] = await Promise.all([forward(8081), first.close()])
    expect([second.closed, edge.linkCount]).toEqual([false, 1])
  })

  test('begin a new session after the last one ended', async () => {
    const edge = await edgeOfEnvironment()
    await (await forward(8080)).close()
    await forward(8081)
    expect(edge.linkCount).toBe(2)
  })

  test('begin a new session when told to', async () => {
    const edge = await edgeOfEnvironment()
    await Promise.all([forward(8080), forward({ addr: 8081, force_new_session: true })])
    expect([edge.linkCount, listeners().length]).toEqual([2, 2])
    await kill()
    expect(listeners()).toEqual([])
  })

  test('do not keep a session whose endpoint was refused', async () => {
    const edge = await edgeOfEnvironment({
      onBind: ({ id }) => ({ type: 'failed', id, error: { code: 'ERR_TUNNEL_334', message: '', retryable: false } }),
    })
    await expect(forward(8080)).rejects.toMatchObject({ code: 'ERR_TUNNEL_334' })
    const link = await edge.nextLink()
    await link.closed
  })

  test('do not remember a failed attempt', async () => {
    const refused = {
      type: 'refused' as const,
      error: { code: 'ERR_TUNNEL_128' as const, message: '', retryable: true },
    }
    const edge = await edgeOfEnvironment({ onHello: () => (edge.linkCount === 0 ? refused : welcome) })
    await expect(forward(8080)).rejects.toMatchObject({ code: 'ERR_TUNNEL_128' })
    expect((await forward(8080)).closed).toBe(false)
  })

  test('add nothing to the session that grows with every endpoint', async () => {
    await edgeOfEnvironment()
    const warnings: Error[] = []
    const onWarning = (warning: Error): void => void warnings.push(warning)
    process.on('warning', onWarning)
    for (let count = 0; count < 20; count++) await forward(8080)
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', onWarning)
    expect(warnings).toEqual([])
  })

  test('tell a program about the session that it began', async () => {
    await edgeOfEnvironment()
    const seen: string[] = []
    await forward({ addr: 8080, onStatusChange: (status) => seen.push(status) })
    await kill()
    expect(seen).toEqual(['connected', 'closed'])
  })

  test('refuse an option before they connect', async () => {
    const edge = await edgeOfEnvironment()
    await expect(forward({ addr: 8080, pasword: 'hunter2' } as object)).rejects.toMatchObject({
      code: 'ERR_TUNNEL_301',
    })
    expect(edge.linkCount).toBe(0)
  })

  test('listen(server) serves the endpoint with a server that listens nowhere', async () => {
    const edge = await edgeOfEnvironment()
    const app = createServer((_request, response) => {
      response.setHeader('connection', 'close').end('hello')
    })
    expect(await listen(app)).toBe(app)
    const link = await edge.nextLink()
    const { text } = await link.exchange(listeners()[0]?.id() as string, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(text).toMatch(/hello$/)
  })

  test('end with the AbortSignal of whoever began the session', async () => {
    await edgeOfEnvironment()
    const controller = new AbortController()
    const listener = await forward({ addr: 8080, signal: controller.signal })
    const closed = once(listener, 'close')
    controller.abort()
    expect(await closed).toEqual([undefined])
  })
})

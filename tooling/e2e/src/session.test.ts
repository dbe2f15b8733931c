import { once } from 'node:events'
import { forwardOver, type Listener, type Session } from '@tunnel/agent-core'
import { describe, expect, test } from 'vitest'
import { readAnswer, request, responseTo, startRequest } from './harness/http-request.ts'
import { http2Request, openHttp2 } from './harness/http2-client.ts'
import { DOMAIN } from './harness/identity.ts'
import { visit } from './harness/raw-connection.ts'
import { startRelay } from './harness/relay.ts'
import { startTestEdge, type TestEdge } from './harness/test-edge.ts'
import { until, within } from './harness/until.ts'
import { startUpstream } from './harness/upstream.ts'

const AT_ONCE = { firstDelayMs: 20 }

/** An agent whose network can be cut, and comes back at once. */
async function connectThroughRelay(tunnel: TestEdge) {
  const relay = await startRelay({ port: tunnel.httpsPort })
  const session = await tunnel.connectAgent({
    connect: tunnel.connectionString({ port: relay.port }),
    backoff: AT_ONCE,
  })
  const comeBack = async (): Promise<void> => {
    const connected = once(session, 'connected')
    relay.cut()
    await within(connected, 'the session to come back')
  }
  return { relay, session, comeBack }
}

const hello = () => startUpstream((_incoming, response) => response.end('hello'))

async function listenerFor(session: Session, port: number, url?: string): Promise<Listener> {
  return forwardOver(session, { addr: port, ...(url !== undefined && { url }) })
}

describe('a session whose connection is lost', () => {
  test('comes back with the same random names, and they work', async () => {
    const tunnel = await startTestEdge()
    const { session, comeBack } = await connectThroughRelay(tunnel)
    const { port } = await hello()
    const listeners = [await listenerFor(session, port), await listenerFor(session, port, `http://named.${DOMAIN}`)]
    const urls = listeners.map((listener) => listener.url())
    const first = session.welcome?.sessionId

    for (let times = 0; times < 3; times++) {
      await comeBack()
      expect(listeners.map((listener) => listener.url())).toEqual(urls)
      for (const url of urls) expect(await request(url)).toMatchObject({ status: 200, text: 'hello' })
    }
    expect(session.welcome?.sessionId).not.toBe(first)
    expect(tunnel.edge.sessionCount).toBe(1)
    expect(tunnel.edge.endpointCount).toBe(2)
  })

  test('comes back with the same tcp port', async () => {
    const tunnel = await startTestEdge()
    const { session, comeBack } = await connectThroughRelay(tunnel)
    const listener = await forwardOver(session, { addr: (await hello()).port, proto: 'tcp' })
    const url = listener.url()
    await comeBack()
    expect(listener.url()).toBe(url)
    const visitor = await visit(url)
    visitor.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    expect(await visitor.receiveAll()).toContain('hello')
  })

  test('comes back before the edge has noticed the loss', async () => {
    const tunnel = await startTestEdge()
    const { session, relay } = await connectThroughRelay(tunnel)
    const listener = await listenerFor(session, (await hello()).port)
    const url = listener.url()
    const connected = once(session, 'connected')
    relay.cutNear()
    await within(connected, 'the session to come back')
    expect(tunnel.edge.sessionCount).toBe(1)
    expect(listener.url()).toBe(url)
    expect(await request(url)).toMatchObject({ text: 'hello' })
  })

  test('has its names kept from others meanwhile', async () => {
    const tunnel = await startTestEdge()
    const other = await tunnel.identity.controlPlane.credentials.createCredential('another agent')
    const { port } = await hello()
    const { session, relay } = await connectThroughRelay(tunnel)
    await listenerFor(session, port, `https://mine.${DOMAIN}`)
    const stranger = await tunnel.connectAgent({ authtoken: other.authtoken })

    relay.close()
    relay.cut()
    await until(() => tunnel.edge.endpointCount === 0, 'the edge to notice')
    await expect(listenerFor(stranger, port, `https://mine.${DOMAIN}`)).rejects.toMatchObject({
      code: 'ERR_TUNNEL_334',
      retryable: true,
    })
    // Another agent of the same credential may take over.
    const twin = await tunnel.connectAgent()
    expect((await listenerFor(twin, port, `https://mine.${DOMAIN}`)).url()).toBe(tunnel.url('mine'))
  })

  test('that said goodbye has its names given to whoever asks', async () => {
    const tunnel = await startTestEdge()
    const other = await tunnel.identity.controlPlane.credentials.createCredential('another agent')
    const { port } = await hello()
    const session = await tunnel.connectAgent()
    await listenerFor(session, port, `https://free.${DOMAIN}`)
    await session.close()
    const stranger = await tunnel.connectAgent({ authtoken: other.authtoken })
    expect((await listenerFor(stranger, port, `https://free.${DOMAIN}`)).url()).toBe(tunnel.url('free'))
  })

  test('answers visitors 3200 while it is away', async () => {
    const tunnel = await startTestEdge()
    const { session, relay } = await connectThroughRelay(tunnel)
    const listener = await listenerFor(session, (await hello()).port)
    expect(await request(listener.url())).toMatchObject({ status: 200 })
    relay.close()
    relay.cut()
    await until(() => tunnel.edge.sessionCount === 0, 'the edge to notice')
    expect(await request(listener.url())).toMatchObject({
      status: 404,
      headers: { 'tunnel-error-code': 'ERR_TUNNEL_3200' },
    })
  })
})

describe('an agent that vanishes', () => {
  test.each(['http', 'https'] as const)('in the middle of an answer over %s cuts it short', async (scheme) => {
    const tunnel = await startTestEdge()
    const { session, relay } = await connectThroughRelay(tunnel)
    const upstream = await startUpstream((_incoming, response) => {
      response.write('begun')
    })
    const listener = await forwardOver(session, { addr: upstream.port, schemes: scheme })
    const outgoing = await startRequest(listener.url())
    outgoing.end()
    const response = await responseTo(outgoing)
    await once(response, 'data')
    relay.cut()
    await expect(within(readAnswer(response), 'the answer to be cut')).rejects.toThrow(/aborted/)
  })

  test('before an answer is a 502 with 3210', async () => {
    const tunnel = await startTestEdge()
    const { session, relay } = await connectThroughRelay(tunnel)
    const upstream = await startUpstream(() => {})
    const listener = await listenerFor(session, upstream.port)
    const plain = request(listener.url())
    const http2 = http2Request(await openHttp2(listener.url()), {})
    await until(() => upstream.requests.length === 2, 'both requests at the upstream')
    relay.cut()
    for (const answer of [await plain, await http2]) {
      expect(answer).toMatchObject({ status: 502, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3210' } })
    }
  })

  test('has the connections to its upstream closed', async () => {
    const tunnel = await startTestEdge()
    const { session, relay } = await connectThroughRelay(tunnel)
    const upstream = await startUpstream((_incoming, response) => {
      response.write('begun')
    })
    const outgoing = await startRequest((await listenerFor(session, upstream.port)).url())
    outgoing.end()
    await once(await responseTo(outgoing), 'data')
    relay.cut()
    await until(() => upstream.openConnections === 0, 'the upstream connection to close')
  })
})

describe('an edge that closes', () => {
  test('tells its agents to come back, and they do when it is there again', async () => {
    const first = await startTestEdge()
    const relay = await startRelay({ port: first.httpsPort })
    const session = await first.connectAgent({
      connect: first.connectionString({ port: relay.port }),
      backoff: AT_ONCE,
    })
    const listener = await listenerFor(session, (await hello()).port, `https://back.${DOMAIN}`)
    const disconnected = once(session, 'disconnected')
    const closed = first.edge.close()
    expect(await within(disconnected, 'the goodbye')).toMatchObject([
      { code: 'ERR_TUNNEL_803', retryable: true },
      expect.any(Number),
    ])
    await closed

    const connected = once(session, 'connected')
    const second = await startTestEdge()
    relay.retarget(second.httpsPort)
    await within(connected, 'the session to come back')
    expect(new URL(listener.url()).hostname).toBe(`back.${DOMAIN}`)
    expect(await request(second.url('back'))).toMatchObject({ text: 'hello' })
    await session.close()
  })

  test('lets a running answer be cut, never end as if it were whole', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((_incoming, response) => {
      response.write('begun')
    })
    const outgoing = await startRequest((await tunnel.forward(upstream, { schemes: 'http' })).url())
    outgoing.end()
    const response = await responseTo(outgoing)
    await once(response, 'data')
    const cut = readAnswer(response).then(
      () => 'whole',
      () => 'cut',
    )
    await within(tunnel.edge.close(), 'the edge to close')
    expect(await cut).toBe('cut')
  })

  test('frees its ports', async () => {
    const tunnel = await startTestEdge()
    const { httpPort, httpsPort } = tunnel
    const tcp = await tunnel.forward(await hello(), { proto: 'tcp' })
    await tunnel.edge.close()
    for (const url of [`http://x:${httpPort}`, `http://x:${httpsPort}`, tcp.url()]) {
      await expect(visit(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    }
    await startTestEdge({ http: { host: '127.0.0.1', port: httpPort }, https: { host: '127.0.0.1', port: httpsPort } })
  })
})

test('a credential that is revoked has its sessions ended, and only those', async () => {
  const tunnel = await startTestEdge()
  const { credentials } = tunnel.identity.controlPlane
  const { credential, authtoken } = await credentials.createCredential('to be revoked')
  const revoked = await tunnel.connectAgent({ authtoken })
  const other = await tunnel.connectAgent()
  const { port } = await hello()
  const listeners = [await listenerFor(revoked, port), await listenerFor(other, port)]

  const closed = once(revoked, 'close')
  tunnel.edge.closeSessions(credential.id)
  expect(await within(closed, 'the session to end')).toMatchObject([{ code: 'ERR_TUNNEL_300', retryable: false }])
  const statuses = await Promise.all(listeners.map(async (listener) => (await request(listener.url())).status))
  expect(statuses).toEqual([404, 200])
})

test('an endpoint that is closed lets its running request finish', async () => {
  const tunnel = await startTestEdge()
  let finish: () => void = () => {}
  const upstream = await startUpstream((_incoming, response) => {
    response.write('begun, ')
    finish = () => response.end('finished')
  })
  const listener = await tunnel.forward(upstream)
  const outgoing = await startRequest(listener.url())
  outgoing.end()
  const response = await responseTo(outgoing)
  await listener.close()
  expect(await request(listener.url())).toMatchObject({ status: 404 })
  finish()
  expect(await readAnswer(response)).toMatchObject({ text: 'begun, finished' })
})

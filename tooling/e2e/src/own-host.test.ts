import { once } from 'node:events'
import { forwardOver } from '@tunnel/agent-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import WebSocket, { type ClientOptions } from 'ws'
import { request } from './harness/http-request.ts'
import { DOMAIN, EDGE_HOST, identity } from './harness/identity.ts'
import { openTls, visit } from './harness/raw-connection.ts'
import { responsesIn } from './harness/responses.ts'
import { startTestEdge, type TestEdge } from './harness/test-edge.ts'
import { until, within } from './harness/until.ts'
import { startUpstream } from './harness/upstream.ts'

const AGENT_PATH = '/.tunnel/connect'

const ownUrl = (tunnel: TestEdge, scheme: 'http' | 'https'): string =>
  `${scheme}://${EDGE_HOST}:${scheme === 'http' ? tunnel.httpPort : tunnel.httpsPort}`

describe.each(['http', 'https'] as const)("the edge's own host over %s", (scheme) => {
  test('answers for itself', async () => {
    const tunnel = await startTestEdge()
    expect(await request(ownUrl(tunnel, scheme))).toMatchObject({ status: 200 })
    expect(await request(`${ownUrl(tunnel, scheme)}/nothing-here`)).toMatchObject({ status: 404 })
  })

  test('keeps its connection for several requests, and for them only', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((_incoming, response) => response.end('upstream'))
    await tunnel.forward(upstream, { url: `${scheme}://other.${DOMAIN}` })
    const visitor = await visit(ownUrl(tunnel, scheme))
    visitor.send(`GET / HTTP/1.1\r\nHost: ${EDGE_HOST}\r\n\r\nGET / HTTP/1.1\r\nHost: ${EDGE_HOST}\r\n\r\n`)
    visitor.send(`GET / HTTP/1.1\r\nHost: other.${DOMAIN}\r\n\r\n`)
    await visitor.receiveAll()
    expect(responsesIn(visitor.text).map(({ status }) => status)).toEqual([200, 200, 421])
    expect(upstream.requests).toEqual([])
  })

  test('can be reached after an endpoint on the same connection', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((_incoming, response) => response.end('upstream'))
    const url = (await tunnel.forward(upstream, { url: `${scheme}://app.${DOMAIN}` })).url()
    const visitor = await visit(url)
    visitor.send(
      `GET / HTTP/1.1\r\nHost: app.${DOMAIN}\r\n\r\nGET / HTTP/1.1\r\nHost: ${EDGE_HOST}\r\nConnection: close\r\n\r\n`,
    )
    await visitor.receiveAll()
    const [first, second] = responsesIn(visitor.text)
    expect(first?.body).toBe('upstream')
    expect(second?.body).toContain('edge')
  })

  test('cannot be bound by an agent', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((_incoming, response) => response.end())
    await expect(tunnel.forward(upstream, { url: `${scheme}://${EDGE_HOST}` })).rejects.toMatchObject({
      code: 'ERR_TUNNEL_320',
    })
  })

  test('below the domain is neither bound nor caught by a wildcard', async () => {
    const edgeHost = `edge.${DOMAIN}`
    const tunnel = await startTestEdge({ edgeHost })
    const upstream = await startUpstream((_incoming, response) => response.end('upstream'))
    await expect(tunnel.forward(upstream, { url: `${scheme}://${edgeHost}` })).rejects.toMatchObject({
      code: 'ERR_TUNNEL_320',
    })
    await tunnel.forward(upstream, { url: `${scheme}://*.${DOMAIN}` })
    expect((await request(tunnel.url('edge', scheme))).text).toContain('edge')
    expect((await request(tunnel.url('other', scheme))).text).toBe('upstream')
  })
})

describe('an agent over WebSocket', () => {
  test('serves its endpoints like any other', async () => {
    const tunnel = await startTestEdge()
    const session = await tunnel.connectAgent({ transports: ['websocket'] })
    expect(session.transport).toBe('websocket')
    const upstream = await startUpstream((incoming, response) => {
      incoming.pipe(response)
    })
    const listener = await forwardOver(session, { addr: upstream.port })
    const body = Buffer.alloc(5_000_000, 'websocket')
    const answer = await request(listener.url(), { method: 'POST', body })
    expect(answer.body.equals(body)).toBe(true)
  })

  test('is what an agent falls back to when its own protocol does not get through', async () => {
    const tunnel = await startTestEdge()
    // Something between agent and edge that lets only HTTPS pass would refuse the ALPN name.
    const session = await tunnel.connectAgent({ transports: ['websocket', 'tls'] })
    expect(session.transport).toBe('websocket')
  })

  test('is told when its authtoken is wrong', async () => {
    const tunnel = await startTestEdge()
    const connect = tunnel.connectionString({ authtoken: `${'a'.repeat(27)}_${'b'.repeat(21)}` })
    await expect(tunnel.connectAgent({ connect, transports: ['websocket'] })).rejects.toMatchObject({
      code: 'ERR_TUNNEL_107',
    })
  })

  test('in the clear is refused', async () => {
    const tunnel = await startTestEdge()
    const socket = new WebSocket(`ws://127.0.0.1:${tunnel.httpPort}${AGENT_PATH}`, { headers: { host: EDGE_HOST } })
    onTestFinished(() => socket.terminate())
    const [code] = await within(once(socket, 'close'), 'the refusal')
    expect(code).toBe(1008)
  })

  test('that says garbage is disconnected', async () => {
    const tunnel = await startTestEdge()
    const { ca } = await identity()
    const options = { headers: { host: EDGE_HOST }, servername: EDGE_HOST, ca } as ClientOptions
    const socket = new WebSocket(`wss://127.0.0.1:${tunnel.httpsPort}${AGENT_PATH}`, options)
    onTestFinished(() => socket.terminate())
    await within(once(socket, 'open'), 'the WebSocket to open')
    socket.on('error', () => {})
    socket.send('this is no yamux')
    await within(once(socket, 'close'), 'the edge to hang up')
    await until(() => tunnel.edge.visitorCount === 0, 'the connection to be gone')
  })

  test('leaves nothing behind when it vanishes', async () => {
    const tunnel = await startTestEdge()
    const session = await tunnel.connectAgent({ transports: ['websocket'] })
    await session.close()
    await until(() => tunnel.edge.visitorCount === 0, 'the connection to be gone')
    expect(tunnel.edge.sessionCount).toBe(0)
  })
})

test('the way in for agents is no WebSocket of an endpoint', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((incoming, response) => response.end(incoming.url))
  const answer = await request(`${(await tunnel.forward(upstream)).url()}${AGENT_PATH}`)
  expect(answer.text).toBe(AGENT_PATH)
})

test('a connection by SNI to the own host that names an endpoint reaches the endpoint', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((_incoming, response) => response.end('upstream'))
  await tunnel.forward(upstream, { url: `https://app.${DOMAIN}` })
  const visitor = await openTls({ port: tunnel.httpsPort, serverName: EDGE_HOST })
  visitor.send(`GET / HTTP/1.1\r\nHost: app.${DOMAIN}\r\nConnection: close\r\n\r\n`)
  expect(await visitor.receiveAll()).toContain('upstream')
})

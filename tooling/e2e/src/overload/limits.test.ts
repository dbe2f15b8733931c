import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect as connectTls } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readAnswer, request, responseTo, startRequest } from '../harness/http-request.ts'
import { http2Request, openHttp2, readHttp2Answer } from '../harness/http2-client.ts'
import { DOMAIN, identity } from '../harness/identity.ts'
import { helloOf, RawAgent } from '../harness/raw-agent.ts'
import { openTcp } from '../harness/raw-connection.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { until, within } from '../harness/until.ts'
import { startRawUpstream, startUpstream } from '../harness/upstream.ts'
import { OTHER_ADDRESS, openFrom } from './harness/visitors-from.ts'

/** An upstream that answers when the test says so. */
async function startHoldingUpstream() {
  const held: ServerResponse[] = []
  const upstream = await startUpstream((_incoming, response) => void held.push(response))
  const release = (): void => {
    for (const response of held.splice(0)) response.end('done')
  }
  return { upstream, held, release }
}

describe('an address', () => {
  test('has maxConnectionsPerAddress at once on all listeners together; others go on, and one that closes makes room', async () => {
    const logged: [fields: object, message: string][] = []
    const log = (fields: object, message: string): void => void logged.push([fields, message])
    const tunnel = await startTestEdge({
      limits: { maxConnectionsPerAddress: 3 },
      log: { debug() {}, info: log, warn: log, error: log },
    })
    const echo = await startRawUpstream((one) => one.socket.pipe(one.socket))
    const port = Number(new URL((await tunnel.forward(echo, { proto: 'tcp' })).url()).port)
    const first = await openFrom(OTHER_ADDRESS, tunnel.httpPort)
    await openFrom(OTHER_ADDRESS, tunnel.httpsPort)
    const tcp = await openFrom(OTHER_ADDRESS, port)
    await tcp.send('hello').receive('hello')
    for (const beyond of [tunnel.httpPort, tunnel.httpsPort, port]) {
      const refused = await openFrom(OTHER_ADDRESS, beyond)
      await within(refused.ended, 'the edge to close it')
    }
    expect(await request(tunnel.url('nobody', 'http'))).toMatchObject({ status: 404 })
    expect(await request(tunnel.url('nobody'))).toMatchObject({ status: 404 })
    expect(tunnel.edge.overload.refused).toMatchObject({ connectionsOfAddress: 3, connectionsInAll: 0 })
    expect(logged.filter(([, message]) => message === 'connections of an address are refused')).toEqual([
      [{ remoteAddress: OTHER_ADDRESS, maxConnectionsPerAddress: 3 }, expect.any(String)],
    ])

    await until(() => tunnel.edge.visitorCount === 4, 'three of the visitor, and the agent')
    first.socket.destroy()
    await until(() => tunnel.edge.visitorCount === 3, 'the first to be gone')
    const again = await openFrom(OTHER_ADDRESS, tunnel.httpPort)
    again.send(`GET / HTTP/1.1\r\nHost: nobody.${DOMAIN}\r\nConnection: close\r\n\r\n`)
    expect(await again.receiveAll()).toContain('404 Not Found')
  })

  test('that a trusted load balancer states counts, and not that of the load balancer', async () => {
    const tunnel = await startTestEdge({
      limits: { maxConnectionsPerAddress: 1 },
      proxyProtocol: { trusted: [OTHER_ADDRESS] },
    })
    const visit = async (address: string) => {
      const visitor = await openFrom(OTHER_ADDRESS, tunnel.httpPort)
      visitor.send(
        `PROXY TCP6 ${address} 2001:db8:ffff::1 40000 80\r\nGET / HTTP/1.1\r\nHost: nobody.${DOMAIN}\r\n\r\n`,
      )
      return visitor
    }
    await (await visit('2001:db8:0:1::7')).receive('404 Not Found')
    await within((await visit('2001:db8:0:1::8')).ended, 'the same network to be refused')
    await (await visit('2001:db8:0:2::7')).receive('404 Not Found')
  })

  test('of agents is not among those of visitors', async () => {
    const tunnel = await startTestEdge({ limits: { maxConnectionsPerAddress: 2 } })
    for (let count = 0; count < 4; count++)
      await tunnel.connectAgent({ transports: [count % 2 === 0 ? 'tls' : 'websocket'] })
    expect(tunnel.edge.sessionCount).toBe(4)
    expect(await request(tunnel.url('nobody'))).toMatchObject({ status: 404 })
  })

  test('has maxUnauthenticatedPerAddress agents that have not said hello; others come in', async () => {
    const tunnel = await startTestEdge({ limits: { maxUnauthenticatedPerAddress: 1 } })
    const { authtoken } = await identity()
    const silent = connectTls({
      socket: (await openFrom(OTHER_ADDRESS, tunnel.httpsPort)).socket,
      ALPNProtocols: ['tunnel/1'],
      rejectUnauthorized: false,
    })
    silent.on('error', () => {})
    onTestFinished(() => void silent.destroy())
    await within(once(silent, 'secureConnect'), 'a silent agent')
    const first = await RawAgent.connect(tunnel.httpsPort)
    const second = await RawAgent.connect(tunnel.httpsPort)
    await within(second.connection.ended, 'the second one to be closed')
    expect(tunnel.edge.overload.refused.unauthenticated).toBe(1)
    await first.send(helloOf(authtoken)).receive('welcome')
    await (await RawAgent.connect(tunnel.httpsPort)).send(helloOf(authtoken)).receive('welcome')
    expect(tunnel.edge.sessionCount).toBe(2)
  })
})

describe('an endpoint', () => {
  test.each([
    ['text/html', 'text/html', /^<!doctype html>[\s\S]*2 requests and connections at once, the limit is 2/],
    ['application/json', 'application/json', /"error_code":"ERR_TUNNEL_714","status_code":429/],
    ['*/*', 'text/plain', /^Too much traffic\.\nThis endpoint has 2 requests .*\nERR_TUNNEL_714\n$/],
  ])(
    'with maxConnectionsPerEndpoint requests answers the next one 429 in %s; others go on',
    async (accept, type, words) => {
      const tunnel = await startTestEdge({ limits: { maxConnectionsPerEndpoint: 2 } })
      const { upstream, held, release } = await startHoldingUpstream()
      const other = await startUpstream((_incoming, response) => response.end('other'))
      const url = (await tunnel.forward(upstream)).url()
      const otherUrl = (await tunnel.forward(other)).url()
      const session = await openHttp2(url)
      const overHttp2 = readHttp2Answer(session.request({ ':path': '/' }))
      const outgoing = (await startRequest(url)).end()
      const answer = responseTo(outgoing).then(readAnswer)
      await until(() => held.length === 2, 'two requests at the upstream')

      const refused = await request(url, { headers: { accept } })
      expect(refused).toMatchObject({
        status: 429,
        headers: {
          'tunnel-error-code': 'ERR_TUNNEL_714',
          'retry-after': '5',
          'content-type': expect.stringContaining(type),
        },
        text: expect.stringMatching(words),
      })
      expect(await http2Request(session, { ':path': '/', accept })).toMatchObject({
        status: 429,
        headers: { 'tunnel-error-code': 'ERR_TUNNEL_714', 'retry-after': '5' },
      })
      expect(tunnel.edge.overload.refused.atEndpoint).toBe(2)
      expect(await request(otherUrl)).toMatchObject({ status: 200, text: 'other' })

      release()
      expect(await overHttp2).toMatchObject({ status: 200, text: 'done' })
      expect(await answer).toMatchObject({ status: 200, text: 'done' })
      const next = request(url)
      await until(() => held.length === 1, 'the next request at the upstream')
      release()
      expect(await next).toMatchObject({ status: 200 })
    },
  )

  test('of a pool has as many for itself', async () => {
    const tunnel = await startTestEdge({ limits: { maxConnectionsPerEndpoint: 1 } })
    const { upstream, held, release } = await startHoldingUpstream()
    const config = { url: `http://pool.${DOMAIN}`, pooling_enabled: true }
    await tunnel.forward(upstream, config)
    await tunnel.forward(upstream, config)
    const url = tunnel.url('pool', 'http')
    const answers = [request(url), request(url)]
    await until(() => held.length === 2, 'a request at each')
    expect(await request(url)).toMatchObject({ status: 429 })
    release()
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200])
  })

  test('of tcp with maxConnectionsPerEndpoint connections has the next one closed; others go on', async () => {
    const tunnel = await startTestEdge({ limits: { maxConnectionsPerEndpoint: 1 } })
    const echo = await startRawUpstream((one) => one.socket.pipe(one.socket))
    const portOf = async (): Promise<number> =>
      Number(new URL((await tunnel.forward(echo, { proto: 'tcp' })).url()).port)
    const [port, otherPort] = [await portOf(), await portOf()]
    const first = await openTcp(port)
    await first.send('hello').receive('hello')
    await within((await openTcp(port)).ended, 'the second one to be closed')
    await (await openTcp(otherPort)).send('hello').receive('hello')
    expect(tunnel.edge.overload.refused.atEndpoint).toBe(1)
    first.socket.destroy()
    await until(() => echo.openConnections === 1, 'the first one to be gone')
    await (await openTcp(port)).send('hello').receive('hello')
  })
})

import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { constants } from 'node:http2'
import { beforeEach, describe, expect, test } from 'vitest'
import { keepAliveAgent, readAnswer, request, responseTo, startRequest } from '../harness/http-request.ts'
import { http2Request, openHttp2, readHttp2Answer } from '../harness/http2-client.ts'
import { DOMAIN, EDGE_HOST, identity } from '../harness/identity.ts'
import { helloOf, RawAgent } from '../harness/raw-agent.ts'
import { openTcp, openTls, type RawConnection } from '../harness/raw-connection.ts'
import type { TestEdge } from '../harness/test-edge.ts'
import { until, within } from '../harness/until.ts'
import { startRawUpstream, startUpstream, type Upstream } from '../harness/upstream.ts'
import { startStagedEdge } from './harness/manual-source.ts'

/** Requests for `/hold` that wait for the test. */
let held: ServerResponse[]
let upstream: Upstream

beforeEach(async () => {
  held = []
  upstream = await startUpstream((incoming, response) => {
    if (incoming.url === '/hold') held.push(response)
    else response.end('hello')
  })
})

const OVERLOADED = { status: 503, headers: { 'tunnel-error-code': 'ERR_TUNNEL_743', 'retry-after': '5' } }

const requestOf = (path = '/'): string => `GET ${path} HTTP/1.1\r\nHost: app.${DOMAIN}\r\n\r\n`

/** A connection to the endpoint `app` that has had an answer. */
async function openKept(tunnel: TestEdge): Promise<RawConnection> {
  const kept = await openTcp(tunnel.httpPort)
  await kept.send(requestOf()).receive(/200 OK[\s\S]*hello$/)
  return kept
}

async function startApp(options?: Parameters<typeof startStagedEdge>[0]) {
  const staged = await startStagedEdge(options)
  const { tunnel } = staged
  await tunnel.forward(upstream, { url: tunnel.url('app', 'http') })
  await tunnel.forward(upstream, { url: tunnel.url('app') })
  return { ...staged, url: tunnel.url('app', 'http'), secureUrl: tunnel.url('app') }
}

describe('in stage 1', () => {
  test('answers end their connections, and streams to upstreams are not kept', async () => {
    const { tunnel, enter, url } = await startApp({ limits: { upstreamKeepAliveMs: 60_000 } })
    const kept = await openKept(tunnel)
    expect(upstream.openConnections).toBe(1)
    await enter(1)
    kept.send(requestOf())
    const text = await kept.receiveAll()
    expect(text.split('HTTP/1.1 200 OK')).toHaveLength(3)
    expect(text.match(/Connection: close/gi)).toHaveLength(1)
    await until(() => upstream.openConnections === 0, 'the stream to the upstream to be closed')

    expect(await request(url)).toMatchObject({ status: 200, headers: { connection: 'close' } })
    await enter(0)
    await openKept(tunnel)
  })

  test('HTTP/2 connections say goodbye once they are idle, and what runs on them goes on', async () => {
    const { enter, secureUrl } = await startApp()
    const session = await openHttp2(secureUrl)
    const goodbye = once(session, 'goaway')
    const closed = once(session, 'close')
    const running = readHttp2Answer(session.request({ ':path': '/hold' }))
    await until(() => held.length === 1, 'a request at the upstream')
    await enter(1)
    expect(await http2Request(session, { ':path': '/' })).toMatchObject({ status: 200 })
    held[0]?.end('done')
    expect(await running).toMatchObject({ status: 200, text: 'done' })
    const [code] = (await within(goodbye, 'a goodbye')) as [number]
    expect(code).toBe(constants.NGHTTP2_NO_ERROR)
    await within(closed, 'the connection to close')
  })
})

describe('in stage 2', () => {
  test.each([
    ['text/html', 'text/html', /^<!doctype html>[\s\S]*ERR_TUNNEL_743/],
    ['application/json', 'application/json', /"error_code":"ERR_TUNNEL_743","status_code":503/],
    ['*/*', 'text/plain', /^Too much traffic\.\nThis edge has more to do than it can.*\nERR_TUNNEL_743\n$/],
  ])('a new visitor is answered 503 in %s, one that was there is served', async (accept, type, words) => {
    const { tunnel, enter, url, secureUrl } = await startApp()
    const kept = await openKept(tunnel)
    await enter(2)
    const settings = { agent: await keepAliveAgent('http'), headers: { accept } }
    const refused = await request(url, settings)
    expect(refused).toMatchObject(OVERLOADED)
    expect(refused).toMatchObject({
      headers: { connection: 'close', 'content-type': expect.stringContaining(type) },
      text: expect.stringMatching(words),
    })
    expect(await request(secureUrl, { headers: { accept } })).toMatchObject({ ...OVERLOADED, text: refused.text })
    kept.send(requestOf())
    expect((await kept.receiveAll()).split('200 OK')).toHaveLength(3)
    const { stage, reasons, memoryBytes, refused: counts } = tunnel.edge.overload
    expect({ stage, reasons, memoryBytes }).toEqual({ stage: 2, reasons: ['memory'], memoryBytes: 92 })
    expect(counts).toMatchObject({ connections: 2, requests: 0 })
  })

  test('so is one over HTTP/2, and its connection ends', async () => {
    const { enter, secureUrl } = await startApp()
    const there = await openHttp2(secureUrl)
    expect(await http2Request(there, { ':path': '/' })).toMatchObject({ status: 200 })
    const running = readHttp2Answer(there.request({ ':path': '/hold' }))
    await until(() => held.length === 1, 'a request at the upstream')
    await enter(2)
    const late = await openHttp2(secureUrl)
    const closed = once(late, 'close')
    expect(await http2Request(late, { ':path': '/' })).toMatchObject(OVERLOADED)
    await within(closed, 'the connection to close')
    expect(await http2Request(there, { ':path': '/' })).toMatchObject({ status: 200 })
    held[0]?.end('done')
    expect(await running).toMatchObject({ status: 200 })
  })

  test('a new visitor of a tcp or tls endpoint is closed, one that was there goes on', async () => {
    const { tunnel, enter } = await startStagedEdge()
    const echo = await startRawUpstream((one) => one.socket.pipe(one.socket))
    const url = (await tunnel.forward(echo, { proto: 'tcp' })).url()
    await tunnel.forward(echo, { url: `tls://mine.${DOMAIN}`, terminate_at: 'edge' })
    const [port, secure] = [Number(new URL(url).port), { port: tunnel.httpsPort, serverName: `mine.${DOMAIN}` }]
    const there = [await openTcp(port), await openTls(secure)]
    for (const one of there) await one.send('hello').receive('hello')
    await enter(2)
    await within((await openTcp(port)).ended, 'the edge to close it')
    await expect(openTls(secure)).rejects.toThrow()
    for (const one of there) await one.send(' again').receive('hello again')
  })

  test('agents are refused so that they come back, and sessions that are there stay', async () => {
    const { tunnel, enter, url } = await startApp()
    const { authtoken } = await identity()
    const early = await RawAgent.connect(tunnel.httpsPort)
    const kept = await openKept(tunnel)
    await enter(2)
    const late = await RawAgent.connect(tunnel.httpsPort)
    for (const agent of [early, late]) {
      const [refused] = await agent.send(helloOf(authtoken)).receive('refused')
      expect(refused).toMatchObject({
        error: { code: 'ERR_TUNNEL_128', message: expect.stringContaining('overloaded'), retryable: true },
      })
    }
    await expect(tunnel.connectAgent({ transports: ['websocket'] })).rejects.toMatchObject({
      retryable: true,
    })
    expect(tunnel.edge.overload.refused).toMatchObject({ sessions: 2, connections: 2 })
    expect(tunnel.edge.sessionCount).toBe(2)
    kept.send(requestOf())
    await kept.receiveAll()
    await enter(0)
    await tunnel.connectAgent()
    expect(await request(url)).toMatchObject({ status: 200 })
  })

  test('no more than maxRefusedConnections are told, for no longer than refusalTimeoutMs', async () => {
    const { tunnel, enter } = await startApp({ limits: { maxRefusedConnections: 1, refusalTimeoutMs: 300 } })
    await enter(2)
    const silent = await openTcp(tunnel.httpPort)
    await within((await openTcp(tunnel.httpPort)).ended, 'the second to be closed at once')
    expect(tunnel.edge.overload.refused.connections).toBe(2)
    await within(silent.ended, 'the silent one to be closed')
    expect(await request(tunnel.url('app', 'http'))).toMatchObject(OVERLOADED)
  })

  test('who was turned away stays so, also when it asks after the overload', async () => {
    const { tunnel, enter, url } = await startApp()
    await enter(2)
    const early = await openTcp(tunnel.httpPort)
    await until(() => tunnel.edge.overload.refused.connections === 1, 'it to be turned away')
    await enter(0)
    expect(await early.send(requestOf()).receiveAll()).toMatch(/^HTTP\/1\.1 503 [\s\S]*Connection: close/)
    expect(await request(url)).toMatchObject({ status: 200 })
  })

  test("so is a visitor of the edge's own host", async () => {
    const { tunnel, enter } = await startStagedEdge()
    await enter(2)
    const visitor = await openTcp(tunnel.httpPort)
    visitor.send(`GET / HTTP/1.1\r\nHost: ${EDGE_HOST}\r\n\r\n`)
    expect(await visitor.receiveAll()).toContain('ERR_TUNNEL_743')
  })
})

describe('in stage 3', () => {
  test('requests of visitors that were there are answered 503 too, and what runs goes on', async () => {
    const { tunnel, enter, url, secureUrl } = await startApp()
    const kept = await openKept(tunnel)
    const session = await openHttp2(secureUrl)
    const runningOverHttp2 = readHttp2Answer(session.request({ ':path': '/hold' }))
    const running = responseTo((await startRequest(url, { path: '/hold' })).end()).then(readAnswer)
    await until(() => held.length === 2, 'two requests at the upstream')
    await enter(3)
    kept.send(requestOf())
    expect(await kept.receiveAll()).toMatch(/hello(?:.|\r\n)*503 Service Unavailable(?:.|\r\n)*Connection: close/)
    expect(await http2Request(session, { ':path': '/' })).toMatchObject(OVERLOADED)
    expect(tunnel.edge.overload.refused).toMatchObject({ connections: 0, requests: 2 })
    for (const response of held) response.end('done')
    expect(await running).toMatchObject({ status: 200, text: 'done' })
    expect(await runningOverHttp2).toMatchObject({ status: 200, text: 'done' })
    await enter(0)
    expect(await request(url)).toMatchObject({ status: 200 })
    expect(await request(secureUrl)).toMatchObject({ status: 200 })
  })
})

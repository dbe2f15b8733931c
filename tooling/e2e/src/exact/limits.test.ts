import '../harness/dangling.ts'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { constants } from 'node:http2'
import { join } from 'node:path'
import { defaultEdgeLimits, type EdgeLimits } from '@tunnel/edge'
import { describe, expect, test } from 'vitest'
import { readAnswer, request, responseTo, startRequest } from '../harness/http-request.ts'
import { openHttp2 } from '../harness/http2-client.ts'
import { DOMAIN, identity } from '../harness/identity.ts'
import { runEdgeCommand } from '../harness/programs.ts'
import { helloOf, RawAgent } from '../harness/raw-agent.ts'
import { openTcp } from '../harness/raw-connection.ts'
import { END_HEADERS, END_STREAM, FRAME, frame, goAwayCode, openRawHttp2, requestBlock } from '../harness/raw-http2.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { until, within } from '../harness/until.ts'
import { startCannedUpstream, startUpstream, unusedPort } from '../harness/upstream.ts'

const HERE = 'tooling/e2e/src/exact/limits.test.ts'
const ENHANCE_YOUR_CALM = constants.NGHTTP2_ENHANCE_YOUR_CALM

/** Where each limit is made small, and what is beyond it is seen. The type holds the list complete. */
const shownIn: Record<keyof EdgeLimits, string> = {
  maxHeadBytes: HERE,
  maxHeaders: HERE,
  headTimeoutMs: 'tooling/e2e/src/bad-visitor.test.ts',
  clientIdleTimeoutMs: 'tooling/e2e/src/bad-visitor.test.ts',
  upstreamIdleTimeoutMs: 'tooling/e2e/src/bad-upstream.test.ts',
  handshakeTimeoutMs: 'tooling/e2e/src/bad-visitor.test.ts',
  clientHelloTimeoutMs: HERE,
  maxClientHelloBytes: 'tooling/e2e/src/tls-endpoints/routing.test.ts',
  proxyHeaderTimeoutMs: 'tooling/e2e/src/upstreams/load-balancer.test.ts',
  helloTimeoutMs: 'tooling/e2e/src/bad-agent.test.ts',
  maxVisitorConnections: 'tooling/e2e/src/bad-visitor.test.ts',
  maxConnectionsPerAddress: 'tooling/e2e/src/overload/limits.test.ts',
  maxConnectionsPerEndpoint: 'tooling/e2e/src/overload/limits.test.ts',
  maxSessionsPerCredential: 'tooling/e2e/src/bad-agent.test.ts',
  maxUnauthenticatedSessions: 'tooling/e2e/src/bad-agent.test.ts',
  maxUnauthenticatedPerAddress: 'tooling/e2e/src/overload/limits.test.ts',
  maxEndpointsPerSession: 'tooling/e2e/src/bad-agent.test.ts',
  maxPoolSize: HERE,
  maxStreamsPerSession: HERE,
  maxIdleStreamsPerEndpoint: HERE,
  upstreamKeepAliveMs: 'tooling/e2e/src/bad-upstream.test.ts',
  maxIdleBeforeUnrepeatableMs: 'tooling/e2e/src/bad-upstream.test.ts',
  maxHttp2Streams: HERE,
  maxHttp2Resets: HERE,
  maxHttp2ControlFrames: HERE,
  maxHttp2InvalidFrames: HERE,
  http2PingIntervalMs: 'tooling/e2e/src/http2-floods.test.ts',
  webSocketPingIntervalMs: 'tooling/e2e/src/websocket-tcp.test.ts',
  maxLingerBytes: 'tooling/e2e/src/bad-visitor.test.ts',
  lingerTimeoutMs: HERE,
  reconnectGraceMs: 'tooling/e2e/src/faults/grace.test.ts',
  maxWaitingRequests: 'tooling/e2e/src/faults/grace.test.ts',
  takeoverProbeMs: HERE,
  overloadSampleMs: 'tooling/e2e/src/overload/harness/manual-source.ts',
  maxMemoryBytes: 'packages/edge/src/overload/overload-manager.test.ts',
  maxDescriptors: 'packages/edge/src/overload/overload-manager.test.ts',
  maxEventLoopDelayMs: 'packages/edge/src/overload/overload-manager.test.ts',
  keepAliveMarkPercent: 'packages/edge/src/overload/overload-manager.test.ts',
  connectionMarkPercent: 'packages/edge/src/overload/overload-manager.test.ts',
  requestMarkPercent: 'packages/edge/src/overload/overload-manager.test.ts',
  maxRefusedConnections: 'tooling/e2e/src/overload/stages.test.ts',
  refusalTimeoutMs: 'tooling/e2e/src/overload/stages.test.ts',
  drainGraceMs: 'packages/edge/src/drain.test.ts',
  drainQuietMs: 'packages/edge/src/drain.test.ts',
  maxInternalHops: HERE,
  maxMetadataLength: HERE,
}

test.each(Object.entries(shownIn))('%s is tried in %s', (name, file) => {
  const text = readFileSync(join(import.meta.dirname, '../../../..', file), 'utf8')
  expect(text).toMatch(new RegExp(`\\{[^{}\\n]*\\b${name}: [\\d_]+`))
})

test('every limit is a setting of the program, with the same default', async () => {
  const help = (await runEdgeCommand(['--help'])).replaceAll(/\s+/g, ' ')
  const defaults = Object.keys(defaultEdgeLimits).map((name) => [name, defaultIn(help, name)])
  expect(Object.fromEntries(defaults)).toEqual(defaultEdgeLimits)
})

/** What the help says of `maxHeadBytes` at `--max-head-bytes`, in its unit. */
function defaultIn(help: string, name: string): number | undefined {
  const flag = `--${name.replace(/Ms$/, '').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  const [, value, unit] = new RegExp(`${flag} <.*? Default: (\\d+)(ms|s|m)?\\.`).exec(help) ?? []
  const scale = { ms: 1, s: 1000, m: 60_000 }[unit ?? 'ms'] as number
  return value === undefined ? undefined : Number(value) * scale
}

describe('a head', () => {
  const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n'

  test.each([
    ['too many bytes', { maxHeadBytes: 4096 }, `X: ${'x'.repeat(5000)}\r\n`],
    ['too many fields', { maxHeaders: 20 }, 'X: y\r\n'.repeat(30)],
  ])('of an upstream with %s is a 502 with 3004', async (_, limits, fields) => {
    const tunnel = await startTestEdge({ limits })
    const url = (await tunnel.forward(await startCannedUpstream(`${ok}${fields}\r\n`))).url()
    expect(await request(url)).toMatchObject({ status: 502, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3004' } })
  })

  test.each([
    ['too many bytes', { maxHeadBytes: 4096 }, { x: 'x'.repeat(5000) }],
    ['too many fields', { maxHeaders: 20 }, Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`x${at}`, 'y']))],
  ])('of a visitor with %s is a 431 without a code', async (_, limits, headers) => {
    const tunnel = await startTestEdge({ limits })
    const answer = await request(tunnel.url('nobody'), { headers })
    expect(answer).toMatchObject({ status: 431, headers: { connection: 'close' } })
    expect(answer.headers).not.toHaveProperty('tunnel-error-code')
  })
})

describe('streams of a session', () => {
  test('beyond maxStreamsPerSession are a 503 with 743 that says when to try again', async () => {
    const tunnel = await startTestEdge({ limits: { maxStreamsPerSession: 3 } })
    const held: { end(): void }[] = []
    const upstream = await startUpstream((_incoming, response) => void held.push(response))
    const url = (await tunnel.forward(upstream)).url()
    const outgoing = await Promise.all(Array.from({ length: 6 }, () => startRequest(url)))
    let refused = 0
    const answers = outgoing.map(async (one) => {
      const answer = readAnswer(await responseTo(one.end()))
      const { status } = await answer
      if (status === 503) refused++
      return answer
    })
    await until(() => refused + held.length === 6, 'every request to be answered or held')
    for (const response of held) response.end()
    const settled = await Promise.all(answers)
    expect(refused).toBeGreaterThan(0)
    expect(held.length).toBeGreaterThan(0)
    for (const { headers } of settled.filter(({ status }) => status === 503))
      expect(headers).toMatchObject({ 'tunnel-error-code': 'ERR_TUNNEL_743', 'retry-after': '5' })
  })

  test('beyond maxIdleStreamsPerEndpoint are closed when their request is answered', async () => {
    const tunnel = await startTestEdge({ limits: { maxIdleStreamsPerEndpoint: 1, upstreamKeepAliveMs: 60_000 } })
    const held: { end(): void }[] = []
    const upstream = await startUpstream((_incoming, response) => void held.push(response))
    const url = (await tunnel.forward(upstream)).url()
    const answers = [request(url), request(url), request(url)]
    await until(() => held.length === 3, 'three requests at the upstream')
    expect(upstream.openConnections).toBe(3)
    for (const response of held) response.end()
    await Promise.all(answers)
    await until(() => upstream.openConnections === 1, 'two of three connections to close')
  })
})

describe('an HTTP/2 connection', () => {
  test('has no more than maxHttp2Streams requests at a time', async () => {
    const tunnel = await startTestEdge({ limits: { maxHttp2Streams: 2 } })
    const upstream = await startUpstream(() => {})
    const url = (await tunnel.forward(upstream)).url()
    const session = await openHttp2(url)
    await within(once(session, 'remoteSettings'), 'the settings of the edge')
    expect(session.remoteSettings.maxConcurrentStreams).toBe(2)
    const connection = await openRawHttp2(url)
    for (const stream of [1, 3, 5])
      connection.send(frame(FRAME.headers, END_STREAM | END_HEADERS, stream, requestBlock(url)))
    await until(() => resetStreamIn(connection.bytes) === 5, 'the third request to be refused')
    await until(() => upstream.requests.length === 2, 'the others at the upstream')
  })

  test('that resets more than maxHttp2Resets is ended', async () => {
    const tunnel = await startTestEdge({ limits: { maxHttp2Resets: 3 } })
    const upstream = await startUpstream(() => {})
    const url = (await tunnel.forward(upstream)).url()
    const connection = await openRawHttp2(url)
    await until(() => connection.bytes.length > 0, 'the settings of the edge')
    const cancel = Buffer.of(0, 0, 0, constants.NGHTTP2_CANCEL)
    for (let stream = 1; stream < 17; stream += 2) {
      connection.send(frame(FRAME.headers, END_STREAM | END_HEADERS, stream, requestBlock(url)))
      connection.send(frame(FRAME.rstStream, 0, stream, cancel))
    }
    await until(() => goAwayCode(connection) === ENHANCE_YOUR_CALM, 'a goodbye')
  })

  test('that sends more than maxHttp2ControlFrames is ended', async () => {
    const tunnel = await startTestEdge({ limits: { maxHttp2ControlFrames: 3 } })
    const connection = await openRawHttp2(tunnel.url('any'))
    await until(() => connection.bytes.length > 0, 'the settings of the edge')
    for (let count = 0; count < 8; count++) connection.send(frame(FRAME.ping, 0, 0, Buffer.alloc(8)))
    await until(() => goAwayCode(connection) === ENHANCE_YOUR_CALM, 'a goodbye')
  })

  test('that sends more than maxHttp2InvalidFrames is ended', async () => {
    const tunnel = await startTestEdge({ limits: { maxHttp2InvalidFrames: 3 } })
    const upstream = await startUpstream((incoming) => void incoming.resume())
    const url = (await tunnel.forward(upstream)).url()
    const connection = await openRawHttp2(url)
    await until(() => connection.bytes.length > 0, 'the settings of the edge')
    connection.send(frame(FRAME.headers, END_HEADERS, 1, requestBlock(url, 'POST')))
    for (let count = 0; count < 8; count++) connection.send(frame(FRAME.data, 0, 1, Buffer.alloc(0)))
    await until(() => goAwayCode(connection) === ENHANCE_YOUR_CALM, 'a goodbye')
  })
})

/** The stream of the first RST_STREAM. */
function resetStreamIn(bytes: Buffer): number | undefined {
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3))
    if (bytes[at + 3] === FRAME.rstStream) return bytes.readUInt32BE(at + 5)
  return undefined
}

test('a ClientHello is waited for no longer than clientHelloTimeoutMs', async () => {
  const tunnel = await startTestEdge({ limits: { clientHelloTimeoutMs: 100, handshakeTimeoutMs: 600_000 } })
  await tunnel.forward({ port: await unusedPort() }, { url: `tls://mine.${DOMAIN}`, terminate_at: 'edge' })
  const visitor = await openTcp(tunnel.httpsPort)
  visitor.send(Buffer.of(22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3))
  await within(visitor.ended, 'the edge to hang up')
})

test('an early answer is waited for no longer than lingerTimeoutMs', async () => {
  const tunnel = await startTestEdge({ limits: { lingerTimeoutMs: 50, maxLingerBytes: 1_000_000 } })
  const outgoing = await startRequest(tunnel.url('nobody', 'http'), {
    method: 'POST',
    headers: { 'content-length': '1000000' },
  })
  outgoing.write('begun')
  expect(await readAnswer(await responseTo(outgoing))).toMatchObject({ status: 404 })
  await until(() => tunnel.edge.visitorCount === 0, 'the edge to cut the connection')
})

test('a pool has no more than maxPoolSize endpoints: 18020', async () => {
  const tunnel = await startTestEdge({ limits: { maxPoolSize: 1 } })
  const config = { url: `http://pool.${DOMAIN}`, pooling_enabled: true }
  await tunnel.forward({ port: await unusedPort() }, config)
  const second = tunnel.forward({ port: await unusedPort() }, config)
  await expect(second).rejects.toMatchObject({ code: 'ERR_TUNNEL_18020' })
})

test('metadata is no longer than maxMetadataLength: 100', async () => {
  const tunnel = await startTestEdge({ limits: { maxMetadataLength: 3 } })
  await tunnel.forward({ port: await unusedPort() }, { metadata: 'abc' })
  const tooLong = tunnel.forward({ port: await unusedPort() }, { metadata: 'abcd' })
  await expect(tooLong).rejects.toMatchObject({ code: 'ERR_TUNNEL_100', message: expect.stringMatching(/4 .*3/) })
  await expect(tunnel.connectAgent({ metadata: 'abcd' })).rejects.toMatchObject({ code: 'ERR_TUNNEL_100' })
})

test('a chain of internal endpoints is no longer than maxInternalHops: 508 with 3501', async () => {
  const tunnel = await startTestEdge({ limits: { maxInternalHops: 2 } })
  const upstream = await startUpstream((_incoming, response) => response.end('arrived'))
  const to = (name: string): string =>
    JSON.stringify({
      on_http_request: [{ actions: [{ type: 'forward-internal', config: { url: `https://${name}.internal` } }] }],
    })
  await tunnel.forward(upstream, { url: 'https://last.internal' })
  await tunnel.forward(upstream, { url: 'https://second.internal', traffic_policy: to('last') })
  await tunnel.forward(upstream, { url: 'https://first.internal', traffic_policy: to('second') })
  const short = (await tunnel.forward(upstream, { traffic_policy: to('second') })).url()
  const long = (await tunnel.forward(upstream, { traffic_policy: to('first') })).url()
  expect(await request(short)).toMatchObject({ status: 200, text: 'arrived' })
  expect(await request(long)).toMatchObject({ status: 508, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3501' } })
})

test('an agent that is silent for takeoverProbeMs gives its address to another one of its credential', async () => {
  const tunnel = await startTestEdge({ limits: { takeoverProbeMs: 100 } })
  const { authtoken } = await identity()
  const silent = (await RawAgent.connect(tunnel.httpsPort)).send(helloOf(authtoken))
  await silent.receive('welcome')
  const url = `http://taken.${DOMAIN}`
  silent.send({ type: 'bind', id: 1, endpoint: { protocol: 'http', url, upstream: { url: 'x' } } })
  await silent.receive('bound')
  const upstream = await startUpstream((_incoming, response) => response.end('taken over'))
  await tunnel.forward(upstream, { url })
  expect(await request(tunnel.url('taken', 'http'))).toMatchObject({ text: 'taken over' })
})

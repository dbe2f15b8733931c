import '../harness/dangling.ts'
import { once } from 'node:events'
import { forwardOver } from '@tunnel/agent-core'
import { expect, test } from 'vitest'
import { http2Request, openHttp2 } from '../harness/http2-client.ts'
import { exitOf, startAgentProgram, startEdgeProgram } from '../harness/programs.ts'
import { visit } from '../harness/raw-connection.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { until, within } from '../harness/until.ts'
import { startRawUpstream, startUpstream } from '../harness/upstream.ts'
import { echoes, openEcho, startEchoService } from './harness/echo-sockets.ts'
import { httpEndpoint, sessionOf, tcpEndpoint } from './harness/session-of.ts'

/** Longer than any of these tests: who ends earlier has not waited for it. */
const LONG_GRACE = ['--drain-grace=10m', '--log-level=info']

const get = (url: string, path = '/') => `GET ${path} HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\n`

/** A service that answers when it is told to, and what it was asked. */
async function startSlowService() {
  const answers: (() => void)[] = []
  const upstream = await startUpstream((_incoming, response) => {
    answers.push(() => response.end('finished'))
  })
  return {
    ...upstream,
    asked: (count: number) => until(() => answers.length === count, `${count} requests at the upstream`),
    answer: () => {
      for (const one of answers.splice(0)) one()
    },
  }
}

const isRefused = (url: string): Promise<boolean> =>
  visit(url).then(
    ({ socket }) => {
      socket.destroy()
      return false
    },
    () => true,
  )

async function untilRefused(url: string): Promise<void> {
  for (let tries = 0; !(await isRefused(url)); tries++) expect(tries).toBeLessThan(1000)
}

test('an edge that is told to stop accepts nobody, finishes what runs, and keeps its agents until then', async () => {
  const edge = await startEdgeProgram({ args: LONG_GRACE })
  const service = await startSlowService()
  const session = await sessionOf(edge)
  const { port } = service
  const url = (await httpEndpoint(session, port)).url()
  const running = await visit(url)
  running.send(get(url))
  await service.asked(1)

  const disconnected = once(session, 'disconnected')
  edge.child.kill('SIGTERM')
  await untilRefused(url)
  expect(session.state).toBe('online')
  service.answer()
  const answer = await running.receiveAll()
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(answer).toMatch(/\r\nConnection: close\r\n/i)
  expect(answer).toContain('finished')
  expect((await within(disconnected, 'the goodbye'))[0]).toMatchObject({ code: 'ERR_TUNNEL_803', retryable: true })
  expect(await exitOf(edge.child)).toBe(0)
})

test('an HTTP/2 connection without a request leaves at once', async () => {
  const tunnel = await startTestEdge({ limits: { drainGraceMs: 600_000 } })
  const visitor = await openHttp2(tunnel.url('nobody'))
  expect(await http2Request(visitor, {})).toMatchObject({ status: 404 })
  await within(tunnel.edge.drain(), 'the edge to end')
})

test('a kept-alive connection gets its next answer, and is closed with it', async () => {
  const edge = await startEdgeProgram({ args: LONG_GRACE })
  const agent = await startAgentProgram(edge.connectionString, [
    'http',
    String((await startEchoService()).port),
    '--scheme=http',
  ])
  const [url = ''] = agent.urls
  const visitor = await visit(url)
  await visitor.send(get(url)).receive('hello')
  const busy = await openEcho(url)
  edge.child.kill('SIGTERM')
  await untilRefused(url)
  const first = visitor.text.length
  visitor.send(get(url))
  expect((await visitor.receiveAll()).slice(first)).toMatch(/^HTTP\/1\.1 200 OK\r\n(.+\r\n)*Connection: close\r\n/i)
  busy.terminate()
  expect(await exitOf(edge.child)).toBe(0)
})

test('a connection that stays quiet is closed, and the edge with it', async () => {
  const edge = await startEdgeProgram({ args: LONG_GRACE })
  const session = await sessionOf(edge)
  const url = (await httpEndpoint(session, (await startEchoService()).port)).url()
  const visitor = await visit(url)
  await visitor.send(get(url)).receive('hello')
  edge.child.kill('SIGTERM')
  expect(await within(visitor.ended, 'the end of the quiet connection')).toBe('end')
  expect(await exitOf(edge.child)).toBe(0)
})

test('an HTTP/2 visitor is told to go elsewhere, and its streams finish', async () => {
  const edge = await startEdgeProgram({ args: LONG_GRACE })
  const service = await startSlowService()
  const session = await sessionOf(edge)
  const listener = await forwardOver(session, { addr: service.port, url: 'https://' })
  const visitor = await openHttp2(listener.url(), { ca: edge.ca })
  const answer = http2Request(visitor, {})
  await service.asked(1)
  const goAway = once(visitor, 'goaway')
  edge.child.kill('SIGTERM')
  expect((await within(goAway, 'GOAWAY'))[0]).toBe(0)
  service.answer()
  expect(await answer).toMatchObject({ status: 200, text: 'finished' })
  await within(once(visitor, 'close'), 'the HTTP/2 connection to close')
  expect(await exitOf(edge.child)).toBe(0)
})

test('WebSocket and TCP connections go on until they end by themselves', async () => {
  const edge = await startEdgeProgram({ args: LONG_GRACE })
  const echo = await startRawUpstream((connection) => connection.socket.pipe(connection.socket))
  const session = await sessionOf(edge)
  const url = (await httpEndpoint(session, (await startEchoService()).port)).url()
  const webSocket = await openEcho(url)
  const raw = await visit((await tcpEndpoint(session, echo.port)).url())
  await raw.send('before').receive('before')
  edge.child.kill('SIGTERM')
  await untilRefused(url)
  expect(await echoes(webSocket, 'still there')).toBe(true)
  await raw.send(' and after').receive('before and after')
  webSocket.close()
  raw.finish()
  await within(raw.ended, 'the TCP connection to end')
  expect(await exitOf(edge.child)).toBe(0)
})

test('what has not finished when the grace is over is cut', async () => {
  const edge = await startEdgeProgram({ args: ['--drain-grace=100ms'] })
  const session = await sessionOf(edge)
  const webSocket = await openEcho((await httpEndpoint(session, (await startEchoService()).port)).url())
  const closed = once(webSocket, 'close')
  edge.child.kill('SIGTERM')
  await within(closed, 'the WebSocket to be cut')
  expect(await exitOf(edge.child)).toBe(0)
})

test('a second signal ends the edge at once', async () => {
  const edge = await startEdgeProgram({ args: LONG_GRACE })
  const session = await sessionOf(edge)
  await openEcho((await httpEndpoint(session, (await startEchoService()).port)).url())
  edge.child.kill('SIGTERM')
  await until(() => edge.printed().includes('edge is stopping'), 'the edge to say that it stops')
  edge.child.kill('SIGINT')
  expect(await exitOf(edge.child)).toBe(1)
})

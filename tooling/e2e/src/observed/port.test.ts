import '../harness/dangling.ts'
import { forwardOver } from '@tunnel/agent-core'
import type { ConnectionRecord, EdgeObserver, ExchangeRecord, Refusal } from '@tunnel/edge'
import { expect, test } from 'vitest'
import { keepAliveAgent, request } from '../harness/http-request.ts'
import { http2Request, openHttp2 } from '../harness/http2-client.ts'
import { openTcp, visit } from '../harness/raw-connection.ts'
import { startTestEdge, type TestEdge } from '../harness/test-edge.ts'
import { until } from '../harness/until.ts'
import { startRawUpstream, startUpstream } from '../harness/upstream.ts'
import { askedIn, tellAsked } from '../policy/policed.ts'

const MADE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

/** Keeps what it is told, in order. */
class Notes implements EdgeObserver {
  readonly exchanges: ExchangeRecord[] = []
  readonly opened: ConnectionRecord[] = []
  readonly closed: ConnectionRecord[] = []
  readonly refusals: Refusal[] = []
  readonly comings: string[] = []
  readonly waits: number[] = []
  exchangeFinished = (exchange: ExchangeRecord): void => void this.exchanges.push(exchange)
  connectionOpened = (connection: ConnectionRecord): void => void this.opened.push(connection)
  connectionClosed = (connection: ConnectionRecord): void => void this.closed.push(connection)
  refused = (refusal: Refusal): void => void this.refusals.push(refusal)
  requestWaited = (waitedMs: number): void => void this.waits.push(waitedMs)
  sessionOpened = (): void => void this.comings.push('session opened')
  sessionClosed = (): void => void this.comings.push('session closed')
  endpointOnline = ({ url }: { url: string }): void => void this.comings.push(`online ${url}`)
  endpointOffline = ({ url }: { url: string }): void => void this.comings.push(`offline ${url}`)

  async exchange(): Promise<ExchangeRecord> {
    await until(() => this.exchanges.length > 0, 'an exchange to be told')
    return this.exchanges.shift() as ExchangeRecord
  }
}

async function startObserved(more: EdgeObserver = {}): Promise<{ tunnel: TestEdge; notes: Notes }> {
  const notes = new Notes()
  return { tunnel: await startTestEdge({ observer: Object.assign(notes, more) }), notes }
}

test('an exchange is told once, with its bytes, its times in order and what carried it', async () => {
  const { tunnel, notes } = await startObserved()
  const listener = await tunnel.forward(await startUpstream((incoming, response) => incoming.pipe(response)))
  const agent = await keepAliveAgent('https')
  for (const isStreamReused of [false, true]) {
    await request(`${listener.url()}/a?b=c`, { method: 'PUT', body: 'four', agent })
    const told = await notes.exchange()
    expect(told).toMatchObject({ status: 200, requestBytes: 4, responseBytes: 4, isComplete: true, isStreamReused })
    expect(told.head).toMatchObject({ method: 'PUT', target: '/a?b=c' })
    expect([told.endpoint?.url, told.servedBy?.id]).toEqual([listener.url(), told.endpoint?.id])
    expect(told.endpoint?.session.id).toMatch(/^ts_/)
    const times = [told.connection.startedAtMs, told.startedAtMs, told.sentAtMs, told.firstByteAtMs, told.endedAtMs]
    expect(times).toEqual(times.toSorted((one, other) => one - other))
    expect(times.every((time) => time > 0)).toBe(true)
  }
  agent.destroy()
  await until(() => notes.closed.length === 1, 'the connection to be told')
  expect(notes.opened).toEqual(notes.closed)
  expect(notes.closed[0]).toMatchObject({ kind: 'http1', exchangeCount: 2, visitor: { address: '127.0.0.1' } })
  expect(notes.closed[0]?.tls?.version).toBe('TLSv1.3')
  expect(notes.exchanges).toEqual([])
})

test('what the edge answers itself is told with its code, and what is no HTTP without a head', async () => {
  const { tunnel, notes } = await startObserved()
  await request(tunnel.url('nobody'))
  expect(await notes.exchange()).toMatchObject({
    status: 404,
    errorCode: 'ERR_TUNNEL_3200',
    isComplete: true,
    sentAtMs: 0,
  })
  await http2Request(await openHttp2(tunnel.url('nobody')), {})
  expect(await notes.exchange()).toMatchObject({
    status: 404,
    errorCode: 'ERR_TUNNEL_3200',
    connection: { kind: 'http2' },
  })
  const visitor = await visit(tunnel.url('nobody', 'http'))
  visitor.send('GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n')
  await visitor.receiveAll()
  expect(await notes.exchange()).toMatchObject({ status: 400, head: undefined, errorCode: undefined })
})

test('a visitor that leaves before the answer is told as an exchange without a status', async () => {
  const { tunnel, notes } = await startObserved()
  const upstream = await startUpstream(() => {})
  const url = (await tunnel.forward(upstream)).url()
  const http1 = await visit(url)
  http1.send(`POST /1 HTTP/1.1\r\nHost: ${new URL(url).host}\r\nContent-Length: 9\r\n\r\nhalf`)
  await until(() => upstream.requests.length === 1, 'the request to arrive')
  http1.socket.destroy()
  expect(await notes.exchange()).toMatchObject({ status: 0, isComplete: false, requestBytes: 4 })
  const session = await openHttp2(url)
  session.request({ ':path': '/2' }).on('error', () => {})
  await until(() => upstream.requests.length === 2, 'the request to arrive')
  session.destroy()
  expect(await notes.exchange()).toMatchObject({ status: 0, isComplete: false, connection: { kind: 'http2' } })
})

test('connections of a tcp endpoint are told with their bytes, and why they failed', async () => {
  const { tunnel, notes } = await startObserved()
  const upstream = await startRawUpstream(({ socket }) => void socket.pipe(socket))
  const listener = await tunnel.forward(upstream, { proto: 'tcp' })
  const visitor = await openTcp(Number(new URL(listener.url()).port))
  visitor.finish('through')
  await visitor.receiveAll()
  await until(() => notes.closed.length === 1, 'the connection to be told')
  expect(notes.closed[0]).toMatchObject({ kind: 'tcp', bytesIn: 7, bytesOut: 7, errorCode: undefined })
  expect(notes.closed[0]?.endpoint?.url).toBe(listener.url())
})

test('agents, endpoints and refusals are told', async () => {
  const { tunnel, notes } = await startObserved()
  const session = await tunnel.connectAgent()
  const url = tunnel.url('mine')
  const listener = await forwardOver(session, { addr: 1, url })
  await expect(forwardOver(session, { addr: 1, url })).rejects.toThrow()
  await listener.close()
  await session.close()
  await until(() => notes.comings.length === 4, 'the session to end')
  expect(notes.comings).toEqual(['session opened', `online ${url}`, `offline ${url}`, 'session closed'])
  await expect(tunnel.connectAgent({ authtoken: 'cr_wrong_token' })).rejects.toThrow()
  expect(notes.refusals.map(({ what }) => what)).toEqual(['bind', 'agent'])
  expect(notes.refusals[0]?.code).toBe('ERR_TUNNEL_334')
})

test('the fields of a trace take the place of the visitor’s, and stay as they are without one', async () => {
  const asked: unknown[] = []
  const beginTrace = (...given: unknown[]) => {
    asked.push(given)
    return given[0] === undefined ? undefined : { traceparent: MADE, tracestate: 'made=1' }
  }
  const { tunnel, notes } = await startObserved({ beginTrace })
  const url = (await tunnel.forward(await startUpstream(tellAsked))).url()
  const headers = { traceparent: '00-00000000000000000000000000000001-0000000000000001-00', tracestate: 'its=own' }
  expect(askedIn(await request(url, { headers })).headers).toMatchObject({ traceparent: MADE, tracestate: 'made=1' })
  expect(await notes.exchange()).toMatchObject({ trace: { traceparent: MADE } })
  const http2 = await http2Request(await openHttp2(url), headers)
  expect(askedIn(http2).headers).toMatchObject({ traceparent: MADE, tracestate: 'made=1' })
  expect(askedIn(await request(url)).headers).not.toHaveProperty('traceparent')
  expect(asked).toEqual([Object.values(headers), Object.values(headers), [undefined, undefined]])
})

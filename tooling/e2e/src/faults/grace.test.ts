import '../harness/dangling.ts'
import { once } from 'node:events'
import type { ClientRequest } from 'node:http'
import { forwardOver } from '@tunnel/agent-core'
import { describe, expect, test } from 'vitest'
import { readAnswer, request, responseTo, startRequest } from '../harness/http-request.ts'
import { http2Request, openHttp2 } from '../harness/http2-client.ts'
import { startRelay } from '../harness/relay.ts'
import { startTestEdge, type TestEdgeOptions } from '../harness/test-edge.ts'
import { until } from '../harness/until.ts'
import { startUpstream } from '../harness/upstream.ts'
import { FaultTable } from './harness/fault-table.ts'

const table = new FaultTable()
const OFFLINE = { status: 404, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3200' } }

/** An endpoint whose agent is away until the test lets it come back. */
async function startAway(options: TestEdgeOptions = {}) {
  const tunnel = await startTestEdge(options)
  const upstream = await startUpstream((incoming, response) => incoming.pipe(response))
  const relay = await startRelay({ port: tunnel.httpsPort })
  const session = await tunnel.connectAgent({
    connect: tunnel.connectionString({ port: relay.port }),
    backoff: { firstDelayMs: 20, maxDelayMs: 20 },
  })
  const listener = await forwardOver(session, { addr: upstream.port })
  // Connections go where nobody answers as an edge.
  relay.retarget(upstream.port)
  relay.cut()
  await until(() => tunnel.edge.endpointCount === 0, 'the edge to notice')
  const comeBack = async (): Promise<void> => {
    const connected = once(session, 'connected')
    relay.retarget(tunnel.httpsPort)
    await connected
  }
  return { tunnel, upstream, url: listener.url(), comeBack }
}

/** Its head, and what was written of its body, have left. */
async function sent(outgoing: ClientRequest): Promise<void> {
  if (outgoing.socket?.writableLength !== 0) await until(() => outgoing.socket?.writableLength === 0, 'it to leave')
}

describe('a request that comes while the agent is away', () => {
  test('waits over HTTP/1.1, and goes on when it is back', async () => {
    const { tunnel, url, comeBack, upstream } = await startAway({ limits: { reconnectGraceMs: 30_000 } })
    const outgoing = await startRequest(url, { method: 'POST' })
    outgoing.write('first half, ')
    const answer = responseTo(outgoing).then(readAnswer)
    await until(() => tunnel.edge.waitingCount === 1, 'the request to wait')
    outgoing.end('second half')
    await comeBack()
    expect(await answer).toMatchObject({ status: 200, text: 'first half, second half' })
    expect(upstream.requests).toEqual(['POST /'])
    table.row('agent away, HTTP/1.1', '200 when it was back', 'request waited')
  })

  test('waits over HTTP/2, and goes on when it is back', async () => {
    const { tunnel, url, comeBack } = await startAway({ limits: { reconnectGraceMs: 30_000 } })
    const session = await openHttp2(url)
    const answers = [http2Request(session, { ':method': 'POST' }, 'one'), http2Request(session, {})]
    await until(() => tunnel.edge.waitingCount === 2, 'the requests to wait')
    await comeBack()
    expect(await Promise.all(answers)).toMatchObject([
      { status: 200, text: 'one' },
      { status: 200, text: '' },
    ])
    table.row('agent away, HTTP/2', '200 when it was back', 'both streams waited')
  })

  test('is held back when it uploads more than may be held, and goes on whole', async () => {
    const { tunnel, url, comeBack } = await startAway({ limits: { reconnectGraceMs: 30_000 } })
    const body = Buffer.alloc(8 * 1024 * 1024, 'x')
    const outgoing = await startRequest(url, { method: 'POST' })
    outgoing.end(body)
    const answer = responseTo(outgoing).then(readAnswer)
    await until(() => tunnel.edge.waitingCount === 1, 'the request to wait')
    await comeBack()
    expect((await answer).body.equals(body)).toBe(true)
  })

  test.each(['http1', 'http2'])('is a 404 with 3200 over %s when nobody comes back', async (protocol) => {
    const { tunnel, url } = await startAway({ limits: { reconnectGraceMs: 1000 } })
    const asked = protocol === 'http1' ? request(url) : http2Request(await openHttp2(url), {})
    expect(await asked).toMatchObject(OFFLINE)
    expect(tunnel.edge.waitingCount).toBe(0)
    expect(await request(url)).toMatchObject(OFFLINE)
    table.row(`agent gone, ${protocol}`, '404 ERR_TUNNEL_3200 after the grace', 'at once from then on')
  })

  test('is a 404 with 3200 at once when as many wait as may', async () => {
    const { tunnel, url, comeBack } = await startAway({ limits: { reconnectGraceMs: 30_000, maxWaitingRequests: 1 } })
    const waiting = request(url)
    await until(() => tunnel.edge.waitingCount === 1, 'the request to wait')
    expect(await request(url)).toMatchObject(OFFLINE)
    await comeBack()
    expect((await waiting).status).toBe(200)
  })

  test('leaves nothing when its visitor does not wait for it', async () => {
    const { tunnel, url, comeBack, upstream } = await startAway({ limits: { reconnectGraceMs: 30_000 } })
    const outgoing = await startRequest(url, { method: 'POST' })
    outgoing.write('half')
    const session = await openHttp2(url)
    const stream = session.request({})
    stream.on('error', () => {})
    await until(() => tunnel.edge.waitingCount === 2, 'the requests to wait')
    await sent(outgoing)
    outgoing.destroy()
    stream.close(8)
    await until(() => tunnel.edge.waitingCount === 0, 'nobody to wait')
    await comeBack()
    expect(await request(url)).toMatchObject({ status: 200 })
    expect(upstream.requests).toEqual(['GET /'])
    table.row('visitor leaves while it waits', 'nothing', 'nothing left, upstream not asked')
  })

  test('does not hold up an edge that closes', async () => {
    const { tunnel, url } = await startAway({ limits: { reconnectGraceMs: 30_000 } })
    const waiting = request(url)
    await until(() => tunnel.edge.waitingCount === 1, 'the request to wait')
    await tunnel.edge.close()
    expect(await waiting).toMatchObject(OFFLINE)
  })
})

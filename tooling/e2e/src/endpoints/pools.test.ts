import '../harness/dangling.ts'
import type { ServerResponse } from 'node:http'
import { forwardOver } from '@tunnel/agent-core'
import { describe, expect, test } from 'vitest'
import { type Answer, keepAliveAgent, readAnswer, request, responseTo, startRequest } from '../harness/http-request.ts'
import { http2Request, openHttp2 } from '../harness/http2-client.ts'
import { DOMAIN } from '../harness/identity.ts'
import { openTcp } from '../harness/raw-connection.ts'
import { startRelay } from '../harness/relay.ts'
import { startTestEdge, type TestEdge } from '../harness/test-edge.ts'
import { until } from '../harness/until.ts'
import { startRawUpstream, startUpstream, type Upstream } from '../harness/upstream.ts'

const POOLED = { pooling_enabled: true, url: `http://pool.${DOMAIN}` }

const named = (name: string): Promise<Upstream> => startUpstream((_request, response) => response.end(name))

/** Answers only when told to, and holds its requests until then. */
async function holding(): Promise<{ upstream: Upstream; held: ServerResponse[] }> {
  const held: ServerResponse[] = []
  return { upstream: await startUpstream((_request, response) => void held.push(response)), held }
}

/** An agent of a pool whose connection the test can break; it does not come back. */
async function memberOverRelay(tunnel: TestEdge, upstream: Upstream) {
  const relay = await startRelay({ port: tunnel.httpsPort })
  const session = await tunnel.connectAgent({ connect: tunnel.connectionString({ port: relay.port }) })
  await forwardOver(session, { addr: upstream.port, ...POOLED })
  return {
    lose: () => {
      relay.close()
      relay.cut()
    },
  }
}

async function tally(url: string, count: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (let i = 0; i < count; i++) {
    const { text } = await request(url)
    counts[text] = (counts[text] ?? 0) + 1
  }
  return counts
}

describe('agents that share an address', () => {
  test('take turns, request by request', async () => {
    const tunnel = await startTestEdge()
    const upstreams = await Promise.all(['one', 'two', 'three'].map(named))
    for (const upstream of upstreams) await tunnel.forward(upstream, POOLED)
    expect(await tally(tunnel.url('pool', 'http'), 9)).toEqual({ one: 3, two: 3, three: 3 })
  })

  test('take turns over one connection of a visitor as well, of either HTTP version', async () => {
    const tunnel = await startTestEdge()
    const url = `https://pool.${DOMAIN}`
    for (const name of ['one', 'two']) await tunnel.forward(await named(name), { ...POOLED, url })
    const agent = await keepAliveAgent('https')
    const over1 = [await request(tunnel.url('pool'), { agent }), await request(tunnel.url('pool'), { agent })]
    expect(new Set(over1.map(({ text }) => text))).toEqual(new Set(['one', 'two']))
    const session = await openHttp2(tunnel.url('pool'))
    const over2 = [await http2Request(session, { ':path': '/' }), await http2Request(session, { ':path': '/' })]
    expect(new Set(over2.map(({ text }) => text))).toEqual(new Set(['one', 'two']))
  })

  test('leave a busy one alone while another has less to do', async () => {
    const tunnel = await startTestEdge()
    const { upstream: slow, held } = await holding()
    await tunnel.forward(slow, POOLED)
    const waiting = Promise.all([1, 2].map(() => request(tunnel.url('pool', 'http'))))
    await until(() => held.length === 2, 'two requests to wait')
    await tunnel.forward(await named('quick'), POOLED)
    expect(await tally(tunnel.url('pool', 'http'), 5)).toEqual({ quick: 5 })
    for (const response of held) response.end('slow')
    expect((await waiting).map(({ text }) => text)).toEqual(['slow', 'slow'])
  })

  test('go on without the one that leaves, and what it has begun is finished', async () => {
    const tunnel = await startTestEdge()
    const { upstream, held } = await holding()
    const leaving = await tunnel.forward(upstream, POOLED)
    const begun = request(tunnel.url('pool', 'http'))
    await until(() => held.length === 1, 'the request to arrive')
    await tunnel.forward(await named('stays'), POOLED)
    await leaving.close()
    expect(tunnel.edge.endpointCount).toBe(1)
    expect(await tally(tunnel.url('pool', 'http'), 4)).toEqual({ stays: 4 })
    held[0]?.end('finished')
    expect(await begun).toMatchObject({ status: 200, text: 'finished' })
  })

  test('are refused where one of both does not allow it', async () => {
    const tunnel = await startTestEdge()
    const upstream = await named('one')
    const first = await tunnel.forward(upstream, { url: POOLED.url })
    await expect(tunnel.forward(upstream, POOLED)).rejects.toMatchObject({ code: 'ERR_TUNNEL_334' })
    await first.close()
    await tunnel.forward(upstream, POOLED)
    await expect(tunnel.forward(upstream, { url: POOLED.url })).rejects.toMatchObject({ code: 'ERR_TUNNEL_334' })
  })
})

describe('an agent of a pool that is lost', () => {
  /** One request is with the agent that will be lost, and nobody has answered it. */
  async function withRequestUnderWay(settings: { method: string; body?: string }) {
    const tunnel = await startTestEdge()
    const { upstream, held } = await holding()
    const doomed = await memberOverRelay(tunnel, upstream)
    const outgoing = await startRequest(tunnel.url('pool', 'http'), { method: settings.method })
    const answer: Promise<Answer> = responseTo(outgoing).then(readAnswer)
    outgoing.end(settings.body)
    await until(() => held.length === 1, 'the request to arrive')
    const other = await named('other')
    await tunnel.forward(other, POOLED)
    doomed.lose()
    return { tunnel, answer, other }
  }

  test('leaves its request to another one, where that may be sent twice', async () => {
    const { answer, other, tunnel } = await withRequestUnderWay({ method: 'GET' })
    expect(await answer).toMatchObject({ status: 200, text: 'other' })
    expect(other.requests).toEqual(['GET /'])
    expect(await tally(tunnel.url('pool', 'http'), 3)).toEqual({ other: 3 })
  })

  test.each([{ method: 'POST' }, { method: 'PUT', body: 'something' }])(
    'does not have %j sent twice',
    async (settings) => {
      const { answer, other } = await withRequestUnderWay(settings)
      expect(await answer).toMatchObject({ status: 502, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3210' } })
      expect(other.requests).toEqual([])
    },
  )

  test('fails nothing that comes while it goes', async () => {
    const tunnel = await startTestEdge()
    const doomed = await memberOverRelay(tunnel, await named('doomed'))
    await tunnel.forward(await named('other'), POOLED)
    const url = tunnel.url('pool', 'http')
    await tally(url, 4)
    const answers = Array.from({ length: 30 }, (_, i) => {
      if (i === 10) doomed.lose()
      return request(url)
    })
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 200))
  })
})

test('connections of a tcp pool are spread, and the port stays open until the last agent leaves', async () => {
  const tunnel = await startTestEdge()
  const greets = (name: string) => startRawUpstream((connection) => connection.send(name))
  const first = await tunnel.forward(await greets('one'), { proto: 'tcp', pooling_enabled: true })
  const url = first.url()
  const second = await tunnel.forward(await greets('two'), { url, pooling_enabled: true })
  expect(second.url()).toBe(url)
  const port = Number(new URL(url).port)
  const visitors = [await openTcp(port), await openTcp(port)]
  const texts = await Promise.all(visitors.map((visitor) => visitor.receive(/one|two/)))
  expect(new Set(texts)).toEqual(new Set(['one', 'two']))

  await first.close()
  const third = await openTcp(port)
  expect(await third.receive(/one|two/)).toBe('two')
  // The connection of the one that left goes on.
  expect(visitors.map(({ socket }) => socket.destroyed)).toEqual([false, false])
  await second.close()
  await expect(openTcp(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

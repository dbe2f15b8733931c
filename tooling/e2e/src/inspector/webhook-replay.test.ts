import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { startUpstream } from '../harness/upstream.ts'
import { startInspector } from './harness/local-api.ts'
import { settledCaptures } from './harness/settled.ts'

const SECRET = 'whsec_test'

/** A service that checks a webhook's signature over time stamp and body, as payment providers sign them. It has a bug until it is mended. */
class Shop {
  isMended = false
  readonly paid: string[] = []

  readonly handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(incoming)
    if (!isSigned(String(incoming.headers['stripe-signature']), body)) {
      response.writeHead(400).end('signature does not fit')
      return
    }
    if (!this.isMended) {
      response.writeHead(500).end('TypeError: amount of undefined')
      return
    }
    const event = JSON.parse(body.toString())
    this.paid.push(`${event.data.object.id} ${event.data.object.amount}`)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"received":true}')
  }
}

function isSigned(header: string, body: Buffer): boolean {
  const [, time = '', signature = ''] = /^t=(\d+),v1=([0-9a-f]+)$/.exec(header) ?? []
  const expected = createHmac('sha256', SECRET).update(`${time}.`).update(body).digest()
  const given = Buffer.from(signature, 'hex')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

test('a webhook that failed is sent again, byte for byte, until the service is mended', async () => {
  const shop = new Shop()
  const edge = await startTestEdge()
  const { inspector, api } = await startInspector()
  const upstream = await startUpstream((incoming, response) => void shop.handle(incoming, response))
  const listener = await edge.forward(upstream, { name: 'hooks', inspect: inspector })

  const body = JSON.stringify(
    { id: 'evt_1', type: 'charge.succeeded', data: { object: { id: 'ch_1', amount: 500 } } },
    null,
    2,
  )
  const signature = createHmac('sha256', SECRET).update(`1700000000.${body}`).digest('hex')
  const headers = { 'content-type': 'application/json', 'stripe-signature': `t=1700000000,v1=${signature}` }
  expect(await request(listener.url(), { method: 'POST', path: '/hooks/stripe', headers, body })).toMatchObject({
    status: 500,
  })

  const [failed] = await settledCaptures(api, 1)
  expect(failed).toMatchObject({
    method: 'POST',
    path: '/hooks/stripe',
    status: 500,
    endpoint: 'hooks',
    replayOf: null,
  })
  const replayed = await api.send('POST', `${failed?.uri}/replay`, {})
  expect(replayed.status).toBe(202)
  await settledCaptures(api, 2)

  shop.isMended = true
  await api.send('POST', '/api/requests/http', { id: failed?.id })
  const [, again, mended] = await settledCaptures(api, 3)
  expect([again?.status, mended?.status]).toEqual([500, 200])
  expect([again?.replayOf, mended?.replayOf]).toEqual([failed?.id, failed?.id])
  expect(shop.paid).toEqual(['ch_1 500'])
  const sent = await api.bytes(mended?.request?.body.uri ?? '')
  expect(sent.text).toBe(body)
  expect((await settledCaptures(api, 3))[0]?.replays).toEqual([again?.id, mended?.id])
})

test('an edited replay is one the signature no longer fits', async () => {
  const shop = new Shop()
  shop.isMended = true
  const edge = await startTestEdge()
  const { inspector, api } = await startInspector()
  const upstream = await startUpstream((incoming, response) => void shop.handle(incoming, response))
  const listener = await edge.forward(upstream, { inspect: inspector })
  const body = '{"data":{"object":{"id":"ch_2","amount":1}}}'
  const signature = createHmac('sha256', SECRET).update(`1.${body}`).digest('hex')
  await request(listener.url(), { method: 'POST', headers: { 'stripe-signature': `t=1,v1=${signature}` }, body })

  const [first] = await settledCaptures(api, 1)
  await api.send('POST', `${first?.uri}/replay`, { body: body.replace('1}', '9999}'), target: '/edited' })
  const [, edited] = await settledCaptures(api, 2)
  expect(edited).toMatchObject({ path: '/edited', status: 400 })
  expect(shop.paid).toEqual(['ch_2 1'])
})

test('a replay goes to another service when told to', async () => {
  const edge = await startTestEdge()
  const { inspector, api } = await startInspector()
  const first = await startUpstream((_incoming, response) => response.end('first'))
  const second = await startUpstream((_incoming, response) => response.end('second'))
  const listener = await edge.forward(first, { inspect: inspector })
  await request(listener.url(), { path: '/where' })
  const [original] = await settledCaptures(api, 1)

  await api.send('POST', `${original?.uri}/replay`, { upstream: `127.0.0.1:${second.port}`, times: 3 })
  const replays = (await settledCaptures(api, 4)).slice(1)
  expect(replays.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(second.requests).toEqual(['GET /where', 'GET /where', 'GET /where'])
  expect(first.requests).toEqual(['GET /where'])
})

test('a replay to a service that is not there says so', async () => {
  const edge = await startTestEdge()
  const { inspector, api } = await startInspector()
  const upstream = await startUpstream((_incoming, response) => response.end('there'))
  const listener = await edge.forward(upstream, { inspect: inspector })
  await request(listener.url())
  const [original] = await settledCaptures(api, 1)
  upstream.server.close()
  upstream.server.closeAllConnections()
  await api.send('POST', `${original?.uri}/replay`, {})
  const [, replay] = await settledCaptures(api, 2)
  expect(replay).toMatchObject({
    state: 'failed',
    status: null,
    failureDetail: { code: 'ERR_TUNNEL_8012', side: 'upstream' },
  })
})

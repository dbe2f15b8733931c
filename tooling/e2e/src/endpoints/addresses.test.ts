import '../harness/dangling.ts'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
import { readAnswer, request, responseTo } from '../harness/http-request.ts'
import { DOMAIN } from '../harness/identity.ts'
import { RawConnection } from '../harness/raw-connection.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { startRawUpstream, startUpstream } from '../harness/upstream.ts'

const greeting = (text: string) => startUpstream((_request, response) => response.end(text))

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === '::1')

test('an edge of several domains gives names below each, random ones below the first', async () => {
  const tunnel = await startTestEdge({ domains: [DOMAIN, 'second.test'] })
  const upstream = await greeting('second')
  const listener = await tunnel.forward(upstream, { url: 'http://app.second.test' })
  expect(listener.url()).toBe(`http://app.second.test:${tunnel.httpPort}`)
  expect(await request(listener.url())).toMatchObject({ text: 'second' })
  expect((await tunnel.forward(upstream, { schemes: 'http' })).url()).toContain(`.${DOMAIN}:`)
  await expect(tunnel.forward(upstream, { url: 'http://app.third.test' })).rejects.toMatchObject({
    code: 'ERR_TUNNEL_319',
    message: expect.stringContaining(`${DOMAIN}, second.test`),
  })
})

describe.skipIf(!hasIpv6)('an edge that listens on every address', () => {
  test('serves visitors of IPv4 and of IPv6, and says which they are', async () => {
    const tunnel = await startTestEdge({ http: { port: 0, host: '::' }, https: { port: 0, host: '::' } })
    const upstream = await startUpstream((incoming, response) => {
      response.end(String(incoming.headers['x-forwarded-for']))
    })
    const listener = await tunnel.forward(upstream, { schemes: 'http' })
    expect(await request(listener.url())).toMatchObject({ text: '127.0.0.1' })
    const outgoing = httpRequest({
      host: '::1',
      port: tunnel.httpPort,
      headers: { host: new URL(listener.url()).host },
      agent: false,
    })
    const answer = responseTo(outgoing)
    outgoing.end()
    expect(await readAnswer(await answer)).toMatchObject({ status: 200, text: '::1' })
  })

  test('has its tcp ports on both', async () => {
    const tunnel = await startTestEdge({ tcp: { host: '::', firstPort: 20_000, lastPort: 29_999 } })
    const upstream = await startRawUpstream((connection) => connection.finish('hello'))
    const listener = await tunnel.forward(upstream, { proto: 'tcp' })
    for (const host of ['127.0.0.1', '::1']) {
      const visitor = new RawConnection(connect({ host, port: Number(new URL(listener.url()).port) }))
      expect(await visitor.receiveAll()).toBe('hello')
    }
  })
})

import { forwardOver } from '@tunnel/agent-core'
import { describe, expect, test } from 'vitest'
import { request } from './harness/http-request.ts'
import { DOMAIN } from './harness/identity.ts'
import { startTestEdge } from './harness/test-edge.ts'
import { startUpstream, type Upstream } from './harness/upstream.ts'

const greeting = (text: string): Promise<Upstream> => startUpstream((_request, response) => response.end(text))

describe.each(['http', 'https'] as const)('an %s endpoint', (scheme) => {
  test('gets a random name under the domain, and serves it', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((incoming, response) => response.end(`hello ${incoming.headers.host}`))
    const listener = await tunnel.forward(upstream, { schemes: scheme })

    const { protocol, hostname, host } = new URL(listener.url())
    expect(protocol).toBe(`${scheme}:`)
    expect(hostname).toMatch(new RegExp(`^[0-9a-f]{12}\\.${DOMAIN}$`))
    expect(await request(listener.url())).toMatchObject({ status: 200, text: `hello ${host}` })
  })

  test('gets the name it asks for', async () => {
    const tunnel = await startTestEdge()
    const listener = await tunnel.forward(await greeting('mine'), { schemes: scheme, domain: `mine.${DOMAIN}` })

    expect(listener.url()).toBe(tunnel.url('mine', scheme))
    expect(await request(listener.url())).toMatchObject({ status: 200, text: 'mine' })
  })

  test('gets the url it asks for', async () => {
    const tunnel = await startTestEdge()
    const url = `${scheme}://any.depth.of.${DOMAIN}`
    const listener = await tunnel.forward(await greeting('deep'), { url })

    expect(listener.url()).toBe(tunnel.url('any.depth.of', scheme))
    expect(await request(listener.url())).toMatchObject({ status: 200, text: 'deep' })
  })

  test('serves the domain itself when asked to', async () => {
    const tunnel = await startTestEdge()
    const listener = await tunnel.forward(await greeting('apex'), { url: `${scheme}://${DOMAIN}` })
    expect(await request(listener.url())).toMatchObject({ status: 200, text: 'apex' })
  })

  test('tells its upstream who asked, for what and how', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((incoming, response) => response.end(JSON.stringify(incoming.headers)))
    const listener = await tunnel.forward(upstream, { schemes: scheme })

    const answer = await request(listener.url(), { headers: { 'x-forwarded-for': '192.0.2.7' } })
    expect(JSON.parse(answer.text)).toMatchObject({
      host: new URL(listener.url()).host,
      'x-forwarded-for': '192.0.2.7, 127.0.0.1',
      'x-forwarded-proto': scheme,
      'x-forwarded-host': new URL(listener.url()).host,
    })
  })

  test('has two upstreams on one edge kept apart by name', async () => {
    const tunnel = await startTestEdge()
    const one = await tunnel.forward(await greeting('one'), { url: `${scheme}://one.${DOMAIN}` })
    const two = await tunnel.forward(await greeting('two'), { url: `${scheme}://two.${DOMAIN}` })
    const answers = await Promise.all([request(one.url()), request(two.url()), request(one.url())])
    expect(answers.map(({ text }) => text)).toEqual(['one', 'two', 'one'])
  })

  test('goes offline with its listener, and its name is free at once', async () => {
    const tunnel = await startTestEdge()
    const url = `${scheme}://free.${DOMAIN}`
    const first = await tunnel.forward(await greeting('first'), { url })
    await first.close()
    expect(await request(first.url())).toMatchObject({ status: 404 })

    const second = await tunnel.forward(await greeting('second'), { url })
    expect(await request(second.url())).toMatchObject({ status: 200, text: 'second' })
  })
})

test('one name on both schemes is two endpoints of one session', async () => {
  const tunnel = await startTestEdge()
  const session = await tunnel.connectAgent()
  const secure = await forwardOver(session, { addr: (await greeting('secure')).port, url: `https://both.${DOMAIN}` })
  const plain = await forwardOver(session, { addr: (await greeting('plain')).port, url: `http://both.${DOMAIN}` })

  expect(tunnel.edge.endpointCount).toBe(2)
  expect(await request(secure.url())).toMatchObject({ text: 'secure' })
  expect(await request(plain.url())).toMatchObject({ text: 'plain' })
})

test('an https endpoint is not reachable over http, nor the other way round', async () => {
  const tunnel = await startTestEdge()
  await tunnel.forward(await greeting('secure'), { url: `https://secure.${DOMAIN}` })
  await tunnel.forward(await greeting('plain'), { url: `http://plain.${DOMAIN}` })

  expect(await request(tunnel.url('secure', 'http'))).toMatchObject({ status: 404 })
  expect(await request(tunnel.url('plain', 'https'))).toMatchObject({ status: 404 })
})

test('names are compared without case', async () => {
  const tunnel = await startTestEdge()
  const listener = await tunnel.forward(await greeting('any case'), { url: `http://Mixed.${DOMAIN}` })
  expect(listener.url()).toBe(tunnel.url('mixed', 'http'))
  const answer = await request(listener.url(), { headers: { host: `MIXED.${DOMAIN.toUpperCase()}` } })
  expect(answer.text).toBe('any case')
})

test('the agent can make the upstream see another Host, and Location is mapped back', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((incoming, response) => {
    response.writeHead(302, { location: `http://${incoming.headers.host}/next` }).end()
  })
  const listener = await tunnel.forward(upstream, { host_header: 'rewrite' })

  const answer = await request(listener.url())
  expect(answer.headers.location).toBe(`${listener.url()}/next`)
})

describe('a wildcard', () => {
  test('serves every name below it that has no endpoint of its own', async () => {
    const tunnel = await startTestEdge()
    await tunnel.forward(await greeting('anything'), { url: `https://*.app.${DOMAIN}` })
    await tunnel.forward(await greeting('longer'), { url: `https://*.deep.app.${DOMAIN}` })
    await tunnel.forward(await greeting('exact'), { url: `https://one.app.${DOMAIN}` })

    const answerOf = async (name: string): Promise<string | number> => {
      const { status, text } = await request(tunnel.url(name))
      return status === 200 ? text : status
    }
    expect(await answerOf('two.app')).toBe('anything')
    expect(await answerOf('one.app')).toBe('exact')
    expect(await answerOf('a.deep.app')).toBe('longer')
    expect(await answerOf('a.b.app')).toBe('anything')
    expect(await answerOf('app')).toBe(404)
    expect(await answerOf('other')).toBe(404)
  })

  test('takes over when the exact name goes offline', async () => {
    const tunnel = await startTestEdge()
    await tunnel.forward(await greeting('anything'), { url: `https://*.app.${DOMAIN}` })
    const exact = await tunnel.forward(await greeting('exact'), { url: `https://one.app.${DOMAIN}` })
    expect(await request(exact.url())).toMatchObject({ text: 'exact' })

    await exact.close()
    expect(await request(exact.url())).toMatchObject({ text: 'anything' })
  })
})

describe('a name that cannot be had', () => {
  test('is refused with 334 while somebody has it', async () => {
    const tunnel = await startTestEdge()
    const upstream = await greeting('first')
    const url = `https://taken.${DOMAIN}`
    await tunnel.forward(upstream, { url })

    await expect(tunnel.forward(upstream, { url })).rejects.toMatchObject({ code: 'ERR_TUNNEL_334', retryable: false })
    expect(await request(tunnel.url('taken'))).toMatchObject({ text: 'first' })
  })

  test('is refused with 320 when its other scheme belongs to another account', async () => {
    const tunnel = await startTestEdge({
      credentials: {
        findByAuthtoken: async (token) => ({ id: `cr_${token[0]}`, accountId: `ac_${token[0]}` }),
      },
    })
    const upstream = await greeting('mine')
    const ours = await tunnel.connectAgent({ authtoken: `${'a'.repeat(27)}_${'a'.repeat(21)}` })
    const theirs = await tunnel.connectAgent({ authtoken: `${'b'.repeat(27)}_${'b'.repeat(21)}` })
    await forwardOver(ours, { addr: upstream.port, url: `https://mine.${DOMAIN}` })

    await expect(forwardOver(theirs, { addr: upstream.port, url: `http://mine.${DOMAIN}` })).rejects.toMatchObject({
      code: 'ERR_TUNNEL_320',
    })
  })

  test.each([
    ['https://elsewhere.example', 'ERR_TUNNEL_319'],
    [`https://not${DOMAIN}`, 'ERR_TUNNEL_319'],
    ['https://*.example', 'ERR_TUNNEL_319'],
    ['https://localhost', 'ERR_TUNNEL_320'],
    [`https://under_score.${DOMAIN}`, 'ERR_TUNNEL_355'],
    [`https://a.*.${DOMAIN}`, 'ERR_TUNNEL_318'],
    [`https://a..${DOMAIN}`, 'ERR_TUNNEL_327'],
    [`https://path.${DOMAIN}/`, 'ERR_TUNNEL_9038'],
    [`https://path.${DOMAIN}/path`, 'ERR_TUNNEL_9037'],
    [`https://port.${DOMAIN}:1`, 'ERR_TUNNEL_9035'],
    [`ftp://ftp.${DOMAIN}`, 'ERR_TUNNEL_332'],
  ])('%s is refused with %s, and the session goes on', async (url, code) => {
    const tunnel = await startTestEdge()
    const session = await tunnel.connectAgent()
    const { port } = await greeting('still here')
    await expect(forwardOver(session, { addr: port, url })).rejects.toMatchObject({ code })

    const listener = await forwardOver(session, { addr: port })
    expect(await request(listener.url())).toMatchObject({ text: 'still here' })
  })
})

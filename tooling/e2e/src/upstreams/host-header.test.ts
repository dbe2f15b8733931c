import { describe, expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { http2Request, openHttp2 } from '../harness/http2-client.ts'
import { startAgentProgram, startEdgeProgram, stop } from '../harness/programs.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { startUpstream } from '../harness/upstream.ts'

/** Tells what it was told of its host, and sends the visitor where the query says. */
const startTelling = () =>
  startUpstream(({ headers, url = '' }, response) => {
    const { host, 'x-forwarded-host': forwarded, 'x-original-host': original } = headers
    const location = new URL(url, 'http://x').searchParams.get('to')
    if (location !== null) response.setHeader('location', location)
    response.end(JSON.stringify({ host, forwarded, original }))
  })

describe('host_header', () => {
  test.each([
    ['preserve', undefined],
    ['', undefined],
    ['site.dev', 'site.dev'],
    ['site.dev:8000', 'site.dev:8000'],
    ['rewrite', 'localhost:PORT'],
  ])('%j has the upstream see %s', async (setting, seen) => {
    const tunnel = await startTestEdge()
    const upstream = await startTelling()
    const config = { addr: `localhost:${upstream.port}`, host_header: setting }
    const url = (await tunnel.forward(upstream, config)).url()
    const { host } = new URL(url)
    const expected = seen?.replace('PORT', String(upstream.port))
    expect(JSON.parse((await request(url)).text)).toEqual({
      host: expected ?? host,
      forwarded: host,
      ...(expected !== undefined && { original: host }),
    })
    expect(JSON.parse((await http2Request(await openHttp2(url), { ':path': '/' })).text)).toMatchObject({
      host: expected ?? host,
    })
  })

  test('rewrite leaves a port out that is the scheme’s own', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startTelling()
    const config = { addr: 'site.dev:80', forwards_to: 'my app', host_header: 'rewrite' }
    const listener = await tunnel.forward(upstream, config)
    expect(listener.request.hostHeader).toBe('site.dev')
  })

  test.each([
    ['http://site.dev/next?a=1#b', 'PUBLIC/next?a=1#b'],
    ['https://site.dev/next', 'PUBLIC/next'],
    ['//site.dev/next', 'PUBLIC/next'],
    ['http://SITE.dev:80', 'PUBLIC'],
    ['/next', '/next'],
    ['next', 'next'],
    ['http://site.dev:8080/next', 'http://site.dev:8080/next'],
    ['http://www.site.dev/next', 'http://www.site.dev/next'],
    ['http://elsewhere.example/?u=http://site.dev', 'http://elsewhere.example/?u=http://site.dev'],
    ['http://site.dev@elsewhere.example/', 'http://site.dev@elsewhere.example/'],
  ])('that is a value has Location %s lead to %s', async (location, seen) => {
    const tunnel = await startTestEdge()
    const upstream = await startTelling()
    const url = (await tunnel.forward(upstream, { host_header: 'site.dev' })).url()
    const path = `/?to=${encodeURIComponent(location)}`
    const expected = seen.replace('PUBLIC', url)
    expect((await request(url + path)).headers.location).toBe(expected)
    expect((await http2Request(await openHttp2(url), { ':path': path })).headers.location).toBe(expected)
  })

  test('preserve leaves every Location as it is', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startTelling()
    const url = (await tunnel.forward(upstream, { host_header: 'preserve' })).url()
    expect((await request(`${url}/?to=http://localhost/x`)).headers.location).toBe('http://localhost/x')
  })

  test.each([
    ['a b', 'host header "a b" is not a host'],
    ['site.dev/path', 'host header "site.dev/path" is not a host'],
  ])('%j is refused', async (setting, message) => {
    const tunnel = await startTestEdge()
    await expect(tunnel.forward({ port: 80 }, { host_header: setting })).rejects.toMatchObject({
      code: 'ERR_TUNNEL_371',
      message,
    })
  })

  test.each(['unix:/run/app.sock', 'file:///'])('rewrite is refused for %s, which has no host', async (addr) => {
    const tunnel = await startTestEdge()
    await expect(tunnel.forward({ port: 80 }, { addr, host_header: 'rewrite' })).rejects.toMatchObject({
      code: 'ERR_TUNNEL_371',
      message: `host header rewrite needs an upstream with a host, not "${addr}"`,
    })
  })
})

test('tunnel http --host-header=rewrite has the service see its own address', async () => {
  const edge = await startEdgeProgram()
  const upstream = await startTelling()
  const args = ['http', `localhost:${upstream.port}`, '--host-header=rewrite']
  const agent = await startAgentProgram(edge.connectionString, args)
  const answer = await request(agent.urls[0] as string, { ca: edge.ca })
  expect(JSON.parse(answer.text)).toMatchObject({ host: `localhost:${upstream.port}` })
  await stop(agent.child)
  await stop(edge.child)
})

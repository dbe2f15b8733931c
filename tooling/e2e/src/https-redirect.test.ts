import { expect, test } from 'vitest'
import { request } from './harness/http-request.ts'
import { DOMAIN } from './harness/identity.ts'
import { startTestEdge, type TestEdge } from './harness/test-edge.ts'
import { startUpstream } from './harness/upstream.ts'

async function withHttpsEndpoint(options: { autoHttpsRedirect?: boolean }, name = 'app'): Promise<TestEdge> {
  const tunnel = await startTestEdge(options)
  const upstream = await startUpstream((incoming, response) =>
    response.end(`over ${incoming.headers['x-forwarded-proto']}`),
  )
  await tunnel.forward(upstream, { url: `https://${name}.${DOMAIN}` })
  return tunnel
}

test.each([
  ['GET', 301],
  ['HEAD', 301],
  ['POST', 308],
  ['DELETE', 308],
  ['OPTIONS', 308],
])('leads a %s over http to the https endpoint of its host, with %i', async (method, status) => {
  const tunnel = await withHttpsEndpoint({ autoHttpsRedirect: true })
  const url = tunnel.url('app', 'http')
  const answer = await request(url, { method, path: '/a/b%20c?d=e&f' })
  expect(answer).toMatchObject({ status, headers: { location: `${tunnel.url('app')}/a/b%20c?d=e&f` } })
  expect(answer.headers['tunnel-error-code']).toBeUndefined()
  expect((await request(answer.headers.location as string)).text).toBe('over https')
})

test('leads names below a wildcard there, each to itself', async () => {
  const tunnel = await withHttpsEndpoint({ autoHttpsRedirect: true }, '*')
  expect((await request(tunnel.url('some.where', 'http'))).headers.location).toBe(`${tunnel.url('some.where')}/`)
})

test('takes the path of a target that is a whole URL, and has none for *', async () => {
  const tunnel = await withHttpsEndpoint({ autoHttpsRedirect: true })
  const url = tunnel.url('app', 'http')
  expect((await request(url, { path: `${url}/whole?x` })).headers.location).toBe(`${tunnel.url('app')}/whole?x`)
  expect((await request(url, { method: 'OPTIONS', path: '*' })).status).toBe(404)
})

test('leaves alone who has an http endpoint, and who has none of both', async () => {
  const tunnel = await withHttpsEndpoint({ autoHttpsRedirect: true })
  const upstream = await startUpstream((_incoming, response) => response.end('over http'))
  await tunnel.forward(upstream, { url: `http://app.${DOMAIN}` })
  expect(await request(tunnel.url('app', 'http'))).toMatchObject({ status: 200, text: 'over http' })
  expect(await request(tunnel.url('nobody', 'http'))).toMatchObject({
    status: 404,
    headers: { 'tunnel-error-code': 'ERR_TUNNEL_3200' },
  })
})

test('does so only where the edge is told to, from then on', async () => {
  const tunnel = await withHttpsEndpoint({})
  const url = tunnel.url('app', 'http')
  expect(await request(url)).toMatchObject({ status: 404, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3200' } })
  tunnel.edge.update({ autoHttpsRedirect: true })
  expect((await request(url)).status).toBe(301)
})

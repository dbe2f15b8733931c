import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { forwardOver, listenOver, serveWith } from '@tunnel/agent-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { request } from './harness/http-request.ts'
import { DOMAIN, identity } from './harness/identity.ts'
import { temporaryDirectory } from './harness/temporary-directory.ts'
import { startTestEdge } from './harness/test-edge.ts'

/** A service with a certificate of our own CA, for `localhost` and the test domain. */
async function startSecureUpstream(): Promise<{ port: number; caFile: string }> {
  const { controlPlane } = await identity()
  const server = createHttpsServer(controlPlane.certificates.fallback, (_request, response) => response.end('secure'))
  await listen(server, { host: '127.0.0.1', port: 0 })
  return { port: (server.address() as AddressInfo).port, caFile: controlPlane.caFile }
}

async function listen(server: Server, where: { host: string; port: number } | { path: string }): Promise<void> {
  await new Promise<void>((resolve) => server.listen(where, resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
}

describe('an https upstream', () => {
  test('of which no certificate is asked is served', async () => {
    const tunnel = await startTestEdge()
    const { port } = await startSecureUpstream()
    const config = { addr: `https://localhost:${port}`, verify_upstream_tls: false }
    expect(await request((await tunnel.forward({ port }, config)).url())).toMatchObject({ status: 200, text: 'secure' })
  })

  test('whose certificate is from the CA that was named is served', async () => {
    const tunnel = await startTestEdge()
    const { port, caFile } = await startSecureUpstream()
    const config = { addr: `https://localhost:${port}`, upstream_tls_ca_file: caFile }
    expect(await request((await tunnel.forward({ port }, config)).url())).toMatchObject({ status: 200, text: 'secure' })
  })

  test('whose certificate nobody vouches for is a 502 with 8012', async () => {
    const tunnel = await startTestEdge()
    const { port } = await startSecureUpstream()
    const listener = await tunnel.forward({ port }, { addr: `https://localhost:${port}` })
    expect(await request(listener.url())).toMatchObject({
      status: 502,
      headers: { 'tunnel-error-code': 'ERR_TUNNEL_8012' },
    })
  })

  test('that is spoken to in the clear is a 502', async () => {
    const tunnel = await startTestEdge()
    const { port } = await startSecureUpstream()
    expect(await request((await tunnel.forward({ port })).url())).toMatchObject({ status: 502 })
  })
})

test('an upstream on a unix socket is served', async () => {
  const tunnel = await startTestEdge()
  const path = join(temporaryDirectory(), 'app.sock')
  await listen(
    createHttpServer((_request, response) => response.end('by path')),
    { path },
  )
  const listener = await tunnel.forward({ port: 0 }, { addr: `unix:${path}` })
  expect(await request(listener.url())).toMatchObject({ status: 200, text: 'by path' })
})

test('a server of the agent itself is served without a port of its own', async () => {
  const tunnel = await startTestEdge()
  const listener = await listenOver(await tunnel.connectAgent(), { url: `https://own.${DOMAIN}` })
  const server = createHttpServer((incoming, response) => {
    response.end(`${incoming.socket.remoteAddress} asks for ${incoming.url}`)
  })
  serveWith(listener, server)
  expect(await request(`${listener.url()}/page`)).toMatchObject({ status: 200, text: '127.0.0.1 asks for /page' })
})

test('several endpoints of one session keep to their own upstreams', async () => {
  const tunnel = await startTestEdge()
  const session = await tunnel.connectAgent()
  const listeners = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const server = createHttpServer((_request, response) => response.end(`upstream ${index}`))
      await listen(server, { host: '127.0.0.1', port: 0 })
      return forwardOver(session, { addr: (server.address() as AddressInfo).port })
    }),
  )
  const answers = await Promise.all(listeners.map((listener) => request(listener.url())))
  expect(answers.map(({ text }) => text)).toEqual(listeners.map((_, index) => `upstream ${index}`))
})

import { forwardOver } from '@tunnel/agent-core'
import { cutEveryByte } from '@tunnel/testkit'
import { beforeAll, describe, expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { DOMAIN, identity } from '../harness/identity.ts'
import { openTcp, openTls } from '../harness/raw-connection.ts'
import { startTestEdge, type TestEdge } from '../harness/test-edge.ts'
import { until, within } from '../harness/until.ts'
import { startRawUpstream, startUpstream } from '../harness/upstream.ts'
import { captureClientHello, visitTls } from './tls-visitor.ts'

/** A fatal alert as a client sees it: u8 21, u16 version, u16 2, u8 fatal, u8 description. */
const alert = (description: number): string => Buffer.of(21, 3, 3, 0, 2, 2, description).toString('latin1')
const DECODE_ERROR = 50
const UNRECOGNIZED_NAME = 112

/** Says who it is to whoever connects. */
const named = (name: string) => startRawUpstream((connection) => connection.finish(name))

describe('a tls endpoint', () => {
  let tunnel: TestEdge
  let ca: string

  async function online(url: string, name = url): Promise<string> {
    const listener = await tunnel.forward(await named(name), { url, terminate_at: 'edge' })
    return listener.url()
  }

  async function ask(serverName: string): Promise<string> {
    const visitor = await visitTls(`tls://${serverName}:${tunnel.httpsPort}`, { ca })
    const text = await visitor.receiveAll()
    visitor.finish()
    return text
  }

  beforeAll(async () => {
    ca = (await identity()).ca
  })

  test('is found by its name, then by the wildcard with the longest suffix', async () => {
    tunnel = await startTestEdge()
    await online(`tls://*.${DOMAIN}`, 'outer')
    await online(`tls://*.in.${DOMAIN}`, 'inner')
    await online(`tls://one.in.${DOMAIN}`, 'exact')
    expect(await ask(`one.in.${DOMAIN}`)).toBe('exact')
    expect(await ask(`ONE.in.${DOMAIN}`)).toBe('exact')
    expect(await ask(`two.in.${DOMAIN}`)).toBe('inner')
    expect(await ask(`deep.two.in.${DOMAIN}`)).toBe('inner')
    expect(await ask(`in.${DOMAIN}`)).toBe('outer')
  })

  test('gives way to an https endpoint that is more specific, and to no less specific one', async () => {
    tunnel = await startTestEdge()
    const upstream = await startUpstream((_request, response) => response.end('web'))
    await tunnel.forward(upstream, { url: `https://web.${DOMAIN}` })
    await tunnel.forward(upstream, { url: `https://*.in.${DOMAIN}` })
    await online(`tls://*.${DOMAIN}`, 'tls')
    await online(`tls://one.in.${DOMAIN}`, 'exact')
    expect(await request(tunnel.url('web'))).toMatchObject({ status: 200, text: 'web' })
    expect(await request(tunnel.url('two.in'))).toMatchObject({ status: 200, text: 'web' })
    expect(await ask(`other.${DOMAIN}`)).toBe('tls')
    expect(await ask(`one.in.${DOMAIN}`)).toBe('exact')
  })

  test('is not served over HTTP on a connection that named another host', async () => {
    tunnel = await startTestEdge()
    const upstream = await startUpstream((_request, response) => response.end('web'))
    await tunnel.forward(upstream, { url: `https://web.${DOMAIN}` })
    const secret = await named('secret')
    await tunnel.forward(secret, { url: `tls://secret.${DOMAIN}`, terminate_at: 'edge' })
    const visitor = await openTls({ port: tunnel.httpsPort, serverName: `web.${DOMAIN}` })
    visitor.send(`GET / HTTP/1.1\r\nHost: secret.${DOMAIN}\r\nConnection: close\r\n\r\n`)
    expect(await visitor.receiveAll()).toMatch(/^HTTP\/1\.1 4/)
    visitor.finish()
    expect(secret.connections).toHaveLength(0)
  })

  test("never has the edge's own host, not even by a wildcard, nor the agents that come there", async () => {
    tunnel = await startTestEdge({ edgeHost: `edge.${DOMAIN}` })
    await online(`tls://*.${DOMAIN}`, 'tls')
    const visitor = await openTls({ port: tunnel.httpsPort, serverName: `edge.${DOMAIN}` })
    visitor.send(`GET / HTTP/1.1\r\nHost: edge.${DOMAIN}\r\nConnection: close\r\n\r\n`)
    expect(await visitor.receiveAll()).toContain('This is a Tunnel edge.')
    visitor.finish()
    const agent = await openTls({ port: tunnel.httpsPort, serverName: `any.${DOMAIN}`, protocols: ['tunnel/1'] })
    expect(agent.socket.alpnProtocol).toBe('tunnel/1')
    agent.finish()
    await expect(online(`tls://edge.${DOMAIN}`)).rejects.toMatchObject({ code: 'ERR_TUNNEL_320' })
    // A second agent passes the same port, now that hellos are looked at.
    expect((await tunnel.connectAgent()).state).toBe('online')
  })

  test('shares its host with an http endpoint, and with no https one', async () => {
    tunnel = await startTestEdge()
    const upstream = await startUpstream((_request, response) => response.end('web'))
    await online(`tls://mine.${DOMAIN}`, 'tls')
    await expect(tunnel.forward(upstream, { url: `https://mine.${DOMAIN}` })).rejects.toMatchObject({
      code: 'ERR_TUNNEL_334',
    })
    await expect(online(`tls://mine.${DOMAIN}`)).rejects.toMatchObject({ code: 'ERR_TUNNEL_334' })
    await tunnel.forward(upstream, { url: `http://mine.${DOMAIN}` })
    expect(await request(tunnel.url('mine', 'http'))).toMatchObject({ status: 200, text: 'web' })
    expect(await ask(`mine.${DOMAIN}`)).toBe('tls')
  })

  test.each([
    [`tls://mine.${DOMAIN}:1234`, 'ERR_TUNNEL_9035'],
    ['tls://mine.elsewhere.example', 'ERR_TUNNEL_319'],
    [`tls://mine.${DOMAIN}/`, 'ERR_TUNNEL_9038'],
    [`tls://a_b.${DOMAIN}`, 'ERR_TUNNEL_355'],
    [`tls://a.*.${DOMAIN}`, 'ERR_TUNNEL_318'],
  ])('at %s is refused with %s', async (url, code) => {
    tunnel = await startTestEdge()
    await expect(online(url)).rejects.toMatchObject({ code })
  })

  test('gets a random name, and another one each time', async () => {
    tunnel = await startTestEdge()
    const [one, two] = [await online('tls://'), await online('tls://')]
    expect(one).toMatch(new RegExp(`^tls://[0-9a-f]{12}\\.${DOMAIN}:\\d+$`))
    expect(two).not.toBe(one)
    expect(await ask(new URL(one).hostname)).toBe('tls://')
  })

  test('leaves the name to others when it is gone, and visitors to the edge', async () => {
    tunnel = await startTestEdge()
    const session = await tunnel.connectAgent()
    const { port } = await named('tls')
    const listener = await forwardOver(session, { addr: port, url: `tls://mine.${DOMAIN}`, terminate_at: 'edge' })
    await listener.close()
    expect(await request(tunnel.url('mine'))).toMatchObject({
      status: 404,
      headers: { 'tunnel-error-code': 'ERR_TUNNEL_3200' },
    })
  })
})

describe('on the TLS port of an edge that has a tls endpoint', () => {
  const HOST = `mine.${DOMAIN}`

  async function withEndpoint(limits: { handshakeTimeoutMs?: number; maxClientHelloBytes?: number } = {}) {
    const tunnel = await startTestEdge({ limits })
    const upstream = await named('tls')
    await tunnel.forward(upstream, { url: `tls://${HOST}`, terminate_at: 'edge' })
    return { tunnel, upstream }
  }

  test("a client without a server name is served as before, with the edge's own certificate", async () => {
    const { tunnel } = await withEndpoint()
    const visitor = await openTls({ port: tunnel.httpsPort, serverName: '' })
    visitor.send('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n')
    expect(await visitor.receiveAll()).toContain('This is a Tunnel edge.')
    visitor.finish()
  })

  test('a name of the edge where nothing is online gets its certificate, and the page that says so', async () => {
    const { tunnel } = await withEndpoint()
    expect(await request(tunnel.url('nothing'))).toMatchObject({ status: 404 })
  })

  test.each(['with', 'without'])('a name that nobody has is told so in HTTP %s a tls endpoint', async (which) => {
    const { tunnel } = which === 'with' ? await withEndpoint() : { tunnel: await startTestEdge() }
    const url = `tls://elsewhere.example:${tunnel.httpsPort}`
    const visitor = await visitTls(url, { rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
    visitor.send('GET / HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n')
    expect(await visitor.receiveAll()).toMatch(/^HTTP\/1\.1 404 .*\r\nTunnel-Error-Code: ERR_TUNNEL_3200\r\n/s)
    visitor.finish()
  })

  test.each(['elsewhere.example', ''])('a client of another protocol that names "%s" gets an alert', async (name) => {
    const { tunnel } = await withEndpoint()
    const options = { servername: name, ALPNProtocols: ['imap'] }
    await expect(visitTls(`tls://elsewhere.example:${tunnel.httpsPort}`, options)).rejects.toMatchObject({
      code: 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME',
    })
    const visitor = await openTcp(tunnel.httpsPort)
    visitor.send(await captureClientHello(name, ['imap']))
    expect(await visitor.receiveAll()).toBe(alert(UNRECOGNIZED_NAME))
    visitor.finish()
  })

  test.each([
    ['HTTP', Buffer.from(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)],
    ['SSLv2', Buffer.from('802e010002001500000010010080020080030080040080050080060040', 'hex')],
    ['SSH', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')],
    ['a record that lies', Buffer.from('16030100050100000100', 'hex')],
    ['a ServerHello', Buffer.from('160303002602000022', 'hex')],
  ])('%s gets an alert and is closed', async (_name, bytes) => {
    const { tunnel, upstream } = await withEndpoint()
    const visitor = await openTcp(tunnel.httpsPort)
    visitor.send(bytes)
    expect(await visitor.receiveAll()).toBe(alert(DECODE_ERROR))
    visitor.finish()
    expect(upstream.connections).toHaveLength(0)
  })

  test('a hello beyond maxClientHelloBytes gets an alert before the rest has come', async () => {
    const { tunnel } = await withEndpoint({ maxClientHelloBytes: 100 })
    const visitor = await openTcp(tunnel.httpsPort)
    visitor.send((await captureClientHello(HOST)).subarray(0, 10))
    expect(await visitor.receiveAll()).toBe(alert(DECODE_ERROR))
    visitor.finish()
  })

  test('a hello that does not come is not waited for longer than handshakeTimeoutMs', async () => {
    const { tunnel } = await withEndpoint({ handshakeTimeoutMs: 300 })
    const silent = await openTcp(tunnel.httpsPort)
    const slow = await openTcp(tunnel.httpsPort)
    const hello = await captureClientHello(HOST)
    slow.send(hello.subarray(0, 5))
    let at = 5
    const dripping = setInterval(() => slow.send(hello.subarray(at, ++at)), 20)
    await within(Promise.all([silent.ended, slow.ended]), 'both to be closed')
    clearInterval(dripping)
    expect(at).toBeLessThan(hello.length)
  })

  test('a visitor that leaves within its hello leaves nothing behind', async () => {
    const { tunnel } = await withEndpoint()
    const hello = await captureClientHello(HOST)
    const ending = await openTcp(tunnel.httpsPort)
    ending.send(hello.subarray(0, 50)).finish()
    const breaking = await openTcp(tunnel.httpsPort)
    await until(() => tunnel.edge.visitorCount >= 2, 'both at the edge')
    breaking.send(hello.subarray(0, 50)).reset()
    await within(ending.ended, 'the end')
  })

  test('a hello in single bytes finds its way all the same, to a tls endpoint and past it', async () => {
    const { tunnel } = await withEndpoint()
    for (const [name, answer] of [
      [HOST, 22],
      [`nothing.${DOMAIN}`, 22],
    ] as const) {
      const visitor = await openTcp(tunnel.httpsPort)
      for (const byte of cutEveryByte(await captureClientHello(name))) {
        visitor.send(byte)
        await new Promise(setImmediate)
      }
      await until(() => visitor.bytes.length > 5, 'a ServerHello')
      expect(visitor.bytes[0]).toBe(answer)
      visitor.finish()
      await visitor.ended
    }
  })
})

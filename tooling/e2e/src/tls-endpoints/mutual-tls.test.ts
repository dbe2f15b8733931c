import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { forwardOver, type Listener } from '@tunnel/agent-core'
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { http2Request } from '../harness/http2-client.ts'
import { DOMAIN, identity } from '../harness/identity.ts'
import { startRelay } from '../harness/relay.ts'
import { startTestEdge, type TestEdge } from '../harness/test-edge.ts'
import { until, within } from '../harness/until.ts'
import { startUpstream, type Upstream, unusedPort } from '../harness/upstream.ts'
import { type CertificateFiles, createAuthority, createLeaf, hasOpenssl } from './certificates.ts'
import { type TlsVisitor, visitTls } from './tls-visitor.ts'

const SECRET = `secret.${DOMAIN}`
const OTHER = `other.${DOMAIN}`
const OPEN = `open.${DOMAIN}`

describe.skipIf(!hasOpenssl)('https endpoints that ask for client certificates (need openssl)', () => {
  let authority: CertificateFiles
  let otherAuthority: CertificateFiles
  let ann: CertificateFiles
  let eve: CertificateFiles
  let edgeCa: string
  let tunnel: TestEdge
  let upstream: Upstream

  beforeAll(async () => {
    authority = createAuthority('An authority')
    otherAuthority = createAuthority('Another authority')
    ann = createLeaf(authority, ['Ann'])
    eve = createLeaf(otherAuthority, ['Eve'])
    edgeCa = (await identity()).ca
  })

  /** Three hosts: of one authority, of another one, and open to all. */
  beforeEach(async () => {
    tunnel = await startTestEdge({ limits: { reconnectGraceMs: 20_000 } })
    upstream = await startUpstream((request, response) => response.end(`welcome to ${request.headers.host}`))
    await tunnel.forward(upstream, { url: `https://${SECRET}`, mutual_tls_cas: authority.cert })
    await tunnel.forward(upstream, { url: `https://${OTHER}`, mutual_tls_cas: otherAuthority.cert })
    await tunnel.forward(upstream, { url: `https://${OPEN}` })
  })

  const certificateOf = (files?: CertificateFiles): ConnectionOptions =>
    files ? { cert: files.cert, key: files.key } : {}

  function visit(host: string, client?: CertificateFiles, options: ConnectionOptions = {}): Promise<TlsVisitor> {
    const url = `tls://${host}:${tunnel.httpsPort}`
    return visitTls(url, { ca: edgeCa, ALPNProtocols: ['http/1.1'], ...certificateOf(client), ...options })
  }

  /** The answer to a request over HTTP/1.1; more can follow on the connection. */
  async function ask(visitor: TlsVisitor, host: string): Promise<string> {
    const before = visitor.text.length
    visitor.send(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    await visitor.receive(new RegExp(`^[^]{${before}}HTTP/1\\.1 [^]*\\r\\n\\r\\n[^]+`))
    return visitor.text.slice(before)
  }

  /** Whether a request gets no answer at all: with TLS 1.3 a client hears of its refusal only after its own handshake. */
  async function isRefused(host: string, client?: CertificateFiles, options?: ConnectionOptions): Promise<boolean> {
    try {
      const visitor = await visit(host, client, options)
      visitor.socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      await within(visitor.ended, 'the refusal')
      return visitor.text === ''
    } catch {
      return true
    }
  }

  async function openHttp2(host: string, client?: CertificateFiles): Promise<ClientHttp2Session> {
    const { socket } = await visit(host, client, { ALPNProtocols: ['h2'] })
    socket.removeAllListeners('data')
    const session = connectHttp2(`https://${host}:${tunnel.httpsPort}`, { createConnection: () => socket })
    session.on('error', () => {})
    onTestFinished(() => session.destroy())
    return session
  }

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'let in who has one of the authority, and nobody else, over %s',
    async (version) => {
      const options = { maxVersion: version }
      const visitor = await visit(SECRET, ann, options)
      expect(await ask(visitor, SECRET)).toContain(`welcome to ${SECRET}`)
      visitor.finish()
      expect(await isRefused(SECRET, undefined, options)).toBe(true)
      expect(await isRefused(SECRET, eve, options)).toBe(true)
      expect(upstream.requests).toHaveLength(1)
    },
  )

  test('speak HTTP/2 to them as well', async () => {
    const session = await openHttp2(SECRET, ann)
    expect(await http2Request(session, { ':path': '/' })).toMatchObject({
      status: 200,
      text: `welcome to ${SECRET}:${tunnel.httpsPort}`,
    })
  })

  test('tell the upstream who it is, and no visitor can', async () => {
    const told = await startUpstream((request, response) => {
      const fields = Object.entries(request.headers).filter(([name]) => /mtls/.test(name))
      response.setHeader('content-length', Buffer.byteLength(JSON.stringify(Object.fromEntries(fields))))
      response.end(JSON.stringify(Object.fromEntries(fields)))
    })
    const host = `told.${DOMAIN}`
    await tunnel.forward(told, { url: `https://${host}`, mutual_tls_cas: authority.cert })
    const bob = createLeaf(authority, ['Bob 100%', 'bob.example'])
    const about = {
      'subject-cn': 'Bob 100%25',
      'subject-alt-name-dns': 'Bob 100%25,bob.example',
      'serial-number': new X509Certificate(bob.cert).serialNumber.toLowerCase(),
    }
    const expected = Object.entries(about).flatMap(([name, value]) => [
      [`tunnel-mtls-${name}`, value],
      [`ngrok-mtls-${name}`, value],
    ])
    const visitor = await visit(host, bob)
    const own = 'Ngrok-Mtls-Subject-Cn: Eve\r\nTunnel_Mtls_Subject-Cn: Eve\r\nNgrok-Mtls-Email-Addresses: e@ve\r\n'
    visitor.send(`GET / HTTP/1.1\r\nHost: ${host}\r\n${own}\r\n`)
    const answer = await visitor.receive('}')
    visitor.finish()
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toEqual(Object.fromEntries(expected))
    const session = await openHttp2(host, bob)
    expect(JSON.parse((await http2Request(session, { ':path': '/' })).text)).toEqual(Object.fromEntries(expected))
  })

  test('ask for nothing elsewhere', async () => {
    const visitor = await visit(OPEN)
    expect(await ask(visitor, OPEN)).toContain(`welcome to ${OPEN}`)
    visitor.finish()
  })

  test.each([
    ['an open one', OPEN, undefined, SECRET],
    ['one of another authority', OTHER, 'eve', SECRET],
    ['one of this authority', SECRET, 'ann', OTHER],
  ] as const)('are not reached over a connection for %s', async (_what, host, who, wanted) => {
    const client = who && { ann, eve }[who]
    const visitor = await visit(host, client)
    expect(await ask(visitor, host)).toContain(`welcome to ${host}`)
    expect(await ask(visitor, wanted)).toMatch(/^HTTP\/1\.1 421 /)
    // The connection is as good as before.
    expect(await ask(visitor, host)).toContain(`welcome to ${host}`)
    visitor.finish()

    const session = await openHttp2(host, client)
    expect((await http2Request(session, { ':authority': wanted })).status).toBe(421)
    expect((await http2Request(session, { ':authority': host })).status).toBe(200)
    expect(upstream.requests).toHaveLength(3)
  })

  test('do not take a session that was resumed from elsewhere', async () => {
    const open = await visit(OPEN, undefined, { maxVersion: 'TLSv1.3' })
    const ticket = once(open.socket, 'session') as Promise<[Buffer]>
    await ask(open, OPEN)
    const [session] = await within(ticket, 'a session ticket')
    open.finish()
    expect(await isRefused(SECRET, undefined, { session })).toBe(true)
    expect(upstream.requests).toHaveLength(1)
  })

  test('keep asking while their agent is away, and hold the requests of who is let in', async () => {
    const host = `away.${DOMAIN}`
    const relay = await startRelay({ port: tunnel.httpsPort })
    const connect = tunnel.connectionString({ port: relay.port })
    const session = await tunnel.connectAgent({ connect, backoff: { firstDelayMs: 100, maxDelayMs: 100 } })
    await forwardOver(session, { addr: upstream.port, url: `https://${host}`, mutual_tls_cas: authority.cert })
    const count = tunnel.edge.endpointCount
    relay.retarget(await unusedPort())
    relay.cut()
    await until(() => tunnel.edge.endpointCount < count, 'the edge to miss the agent')

    expect(await isRefused(host)).toBe(true)
    const open = await visit(OPEN)
    expect(await ask(open, host)).toMatch(/^HTTP\/1\.1 421 /)
    open.finish()
    const visitor = await visit(host, ann)
    const answer = ask(visitor, host)
    await until(() => tunnel.edge.waitingCount === 1, 'the request to wait')
    relay.retarget(tunnel.httpsPort)
    expect(await answer).toContain(`welcome to ${host}`)
    visitor.finish()
  })

  test('share an address only with those that ask for the same', async () => {
    const url = `https://pool.${DOMAIN}`
    const pooled = { url, pooling_enabled: true, mutual_tls_cas: authority.cert }
    await tunnel.forward(upstream, pooled)
    await tunnel.forward(upstream, pooled)
    for (const mutual_tls_cas of [undefined, otherAuthority.cert, [authority.cert, otherAuthority.cert]]) {
      await expect(tunnel.forward(upstream, { ...pooled, mutual_tls_cas })).rejects.toMatchObject({
        code: 'ERR_TUNNEL_334',
        message: expect.stringContaining('demands other TLS'),
      })
    }
  })

  test('may be wildcards, and give way to a more specific one that asks for nothing', async () => {
    await tunnel.forward(upstream, { url: `https://*.team.${DOMAIN}`, mutual_tls_cas: authority.cert })
    await tunnel.forward(upstream, { url: `https://public.team.${DOMAIN}` })
    expect(await isRefused(`any.team.${DOMAIN}`)).toBe(true)
    const inside = await visit(`any.team.${DOMAIN}`, ann)
    expect(await ask(inside, `any.team.${DOMAIN}`)).toContain('welcome')
    inside.finish()
    const outside = await visit(`public.team.${DOMAIN}`)
    expect(await ask(outside, `public.team.${DOMAIN}`)).toContain('welcome')
    expect(await ask(outside, `any.team.${DOMAIN}`)).toMatch(/^HTTP\/1\.1 421 /)
    outside.finish()
  })

  test('demand anew what they are changed to, of connections that are open too', async () => {
    const host = `changing.${DOMAIN}`
    const listener: Listener = await tunnel.forward(upstream, {
      url: `https://${host}`,
      mutual_tls_cas: authority.cert,
    })
    const visitor = await visit(host, ann)
    expect(await ask(visitor, host)).toContain('welcome')
    await listener.update({ tlsTermination: { clientCas: [otherAuthority.cert] } })
    expect(await ask(visitor, host)).toMatch(/^HTTP\/1\.1 421 /)
    visitor.finish()
    expect(await isRefused(host, ann)).toBe(true)
    const second = await visit(host, eve)
    expect(await ask(second, host)).toContain('welcome')
    second.finish()
    await expect(listener.update({ tlsTermination: { clientCas: ['x'] } })).rejects.toMatchObject({
      code: 'ERR_TUNNEL_14002',
    })
  })

  test('refuse older TLS where they say so, and requests that come over a connection for others', async () => {
    const host = `modern.${DOMAIN}`
    await tunnel.forward(upstream, { url: `https://${host}`, tls_min_version: '1.3' })
    expect(await isRefused(host, undefined, { maxVersion: 'TLSv1.2' })).toBe(true)
    const visitor = await visit(host)
    expect(await ask(visitor, host)).toContain('welcome')
    visitor.finish()
    const old = await visit(OPEN, undefined, { maxVersion: 'TLSv1.2' })
    expect(await ask(old, host)).toMatch(/^HTTP\/1\.1 421 /)
    old.finish()
  })

  test('show a certificate of the agent where it brings one, and are offered no ciphers of yesterday', async () => {
    const host = `own.${DOMAIN}`
    const { cert: crt, key } = createLeaf(otherAuthority, [host])
    await tunnel.forward(upstream, { url: `https://${host}`, crt, key })
    const visitor = await visit(host, undefined, { ca: otherAuthority.cert })
    expect(await ask(visitor, host)).toContain(`welcome to ${host}`)
    visitor.finish()
    const old = { ca: otherAuthority.cert, maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' } as const
    expect(await isRefused(host, undefined, old)).toBe(true)
  })

  test('are refused with authorities that are none, and at addresses that have no TLS', async () => {
    const refused = (config: object) => tunnel.forward(upstream, config)
    const leaf = { url: `https://x.${DOMAIN}`, mutual_tls_cas: ann.cert }
    await expect(refused(leaf)).rejects.toMatchObject({
      code: 'ERR_TUNNEL_14002',
      message: expect.stringContaining('is not a CA'),
    })
    const plain = { url: `http://x.${DOMAIN}`, mutual_tls_cas: authority.cert }
    await expect(refused(plain)).rejects.toMatchObject({ code: 'ERR_TUNNEL_813' })
    const inside = { url: 'https://x.internal', mutual_tls_cas: authority.cert }
    await expect(refused(inside)).rejects.toMatchObject({ code: 'ERR_TUNNEL_813' })
  })
})

describe('https', () => {
  test.each([
    ['the same certificate', 'a', 'b', 200],
    ['another one, signed for its name', 'a', 'deep.b', 421],
  ])('of a host that has %s over one connection: %s, then %s', async (_what, first, second, status) => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((_request, response) => response.end('hello'))
    for (const name of [first, second]) await tunnel.forward(upstream, { url: `https://${name}.${DOMAIN}` })
    const { ca } = await identity()
    const socket: TLSSocket = connect({
      host: '127.0.0.1',
      port: tunnel.httpsPort,
      servername: `${first}.${DOMAIN}`,
      ca,
      ALPNProtocols: ['h2'],
    })
    const session = connectHttp2(tunnel.url(first), { createConnection: () => socket })
    onTestFinished(() => session.destroy())
    expect((await http2Request(session, { ':authority': `${first}.${DOMAIN}` })).status).toBe(200)
    expect((await http2Request(session, { ':authority': `${second}.${DOMAIN}` })).status).toBe(status)
  })
})

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Session, type SessionOptions } from '../src/index.ts'
import { createAuthority, createLeaf, hasOpenssl, type Identity } from './certificates.ts'
import { edgeForTest, optionsFor, sessionWith, trustedCa } from './connected.ts'
import { startDnsServer } from './dns-server.ts'
import { type FakeEdge, startFakeEdge } from './fake-edge.ts'
import { startHttpProxy, startSocksProxy } from './proxies.ts'
import { freePort, listening } from './tls-server.ts'

/** The edge under a name that only a test's resolvers know. */
function named(edge: FakeEdge, options: SessionOptions = {}): SessionOptions {
  return { connect: edge.connectionString.replace('127.0.0.1', 'edge.example'), ...options }
}

/** The error of the only attempt. */
const failure = (edge: FakeEdge, options: SessionOptions): Promise<unknown> =>
  Session.connect(optionsFor(edge, { connectTimeoutMs: 5000, ...options })).then(
    async (session) => {
      await session.close()
      return 'connected'
    },
    (cause: unknown) => cause,
  )

describe.skipIf(!hasOpenssl)('the name of the edge (needs openssl)', () => {
  test('is resolved by the given name servers', async () => {
    const edge = await edgeForTest()
    const server = await startDnsServer({ 'edge.example': { A: ['127.0.0.1'] } })
    const session = await sessionWith(edge, named(edge, { dnsResolverIps: [server.address] }))
    expect(session.state).toBe('online')
  })

  test('is resolved anew where the first answer leads to nobody', async () => {
    const edge = await edgeForTest()
    const wrong = await startDnsServer({ 'edge.example': { A: ['127.0.0.77'] } })
    const right = await startDnsServer({ 'edge.example': { A: ['127.0.0.77', '127.0.0.1'] } })
    const options = { dnsResolverIps: [wrong.address], dnsFallbackIps: [right.address] }
    expect((await sessionWith(edge, named(edge, options))).state).toBe('online')
  })

  test('is resolved anew where the first answer leads to a stranger', async () => {
    const [edge, stranger] = [await edgeForTest(), createAuthority('Stranger')]
    const imposter = await startFakeEdge(stranger, createLeaf(stranger), { host: '127.0.0.78', port: edge.port })
    const wrong = await startDnsServer({ 'edge.example': { A: [imposter.host] } })
    const options = { dnsResolverIps: [wrong.address], fallbackAddresses: ['127.0.0.1'] }
    expect((await sessionWith(edge, named(edge, options))).state).toBe('online')
    expect(imposter.linkCount).toBe(0)
  })

  test('that nobody knows is an error that says who was asked', async () => {
    const edge = await edgeForTest()
    const server = await startDnsServer({})
    expect(
      await failure(edge, named(edge, { dnsResolverIps: [server.address], fallbackAddresses: '/nowhere' })),
    ).toMatchObject({
      code: 'ERR_TUNNEL_8000',
      retryable: true,
      message: `the name edge.example could not be resolved (${server.address}: ENOTFOUND; /nowhere: ENOENT)`,
    })
  })
})

describe.skipIf(!hasOpenssl)('a proxy (needs openssl)', () => {
  test.each(['tls', 'websocket'] as const)('http:// carries a session over %s', async (transport) => {
    const edge = await edgeForTest()
    const proxy = await startHttpProxy()
    const proxyUrl = `http://me:p%3Aw@127.0.0.1:${proxy.port}`
    const session = await sessionWith(edge, named(edge, { proxyUrl, transports: [transport] }))
    expect(session.transport).toBe(transport)
    expect(proxy.asked).toEqual([`edge.example:${edge.port}`])
    expect(proxy.credentials).toEqual([`Basic ${Buffer.from('me:p:w').toString('base64')}`])
  })

  test('https:// carries a session inside its own TLS', async () => {
    const edge = await edgeForTest()
    const proxy = await startHttpProxy({ identity: createLeaf(trustedCa as Identity) })
    const proxyCaFile = temporaryFile('ca.pem', (trustedCa as Identity).cert)
    await sessionWith(edge, { proxyUrl: `https://localhost:${proxy.port}`, proxyCaFile })
    expect(proxy.asked).toEqual([`127.0.0.1:${edge.port}`])
  })

  test('https:// that nobody vouches for is no proxy', async () => {
    const edge = await edgeForTest()
    const proxy = await startHttpProxy({ identity: createLeaf(trustedCa as Identity) })
    expect(await failure(edge, { proxyUrl: `https://localhost:${proxy.port}` })).toMatchObject({
      code: 'ERR_TUNNEL_8006',
    })
    expect(proxy.asked).toEqual([])
  })

  test.each(['tls', 'websocket'] as const)('socks5:// carries a session over %s', async (transport) => {
    const edge = await edgeForTest()
    const proxy = await startSocksProxy({ password: 'p:w' })
    const proxyUrl = `socks5://user:p%3Aw@127.0.0.1:${proxy.port}`
    await sessionWith(edge, named(edge, { proxyUrl, transports: [transport] }))
    expect(proxy.asked).toEqual([`edge.example:${edge.port}`])
    expect(proxy.credentials).toEqual(['user:p:w'])
  })

  test.each([
    ['socks5', '127.0.0.1'],
    ['socks5h', 'edge.example'],
  ])('%s:// with name servers is asked for %s', async (scheme, host) => {
    const edge = await edgeForTest()
    const proxy = await startSocksProxy()
    const server = await startDnsServer({ 'edge.example': { A: ['127.0.0.1'] } })
    const proxyUrl = `${scheme}://127.0.0.1:${proxy.port}`
    await sessionWith(edge, named(edge, { proxyUrl, dnsResolverIps: [server.address] }))
    expect(proxy.asked).toEqual([`${host}:${edge.port}`])
  })

  test('of the environment is used, and not where no_proxy names the edge', async () => {
    const edge = await edgeForTest()
    const proxy = await startHttpProxy()
    const server = await startDnsServer({ 'edge.example': { A: ['127.0.0.1'] } })
    const http_proxy = `http://127.0.0.1:${proxy.port}`
    const options = named(edge, { dnsResolverIps: [server.address] })
    await sessionWith(edge, { ...options, env: { http_proxy } })
    expect(proxy.asked).toHaveLength(1)
    await sessionWith(edge, { ...options, env: { http_proxy, no_proxy: '.example' } })
    expect(proxy.asked).toHaveLength(1)
  })

  test.each([
    ['HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', 'it answered 407: it does not take the credentials', false],
    ['HTTP/1.1 403 Forbidden\r\n\r\n', 'it answered 403: it does not allow connections to this host and port', false],
    ['HTTP/1.1 503 Busy\r\n\r\n', 'it answered 503', true],
    ['SSH-2.0-OpenSSH\r\n', 'Parse Error: Expected HTTP/, RTSP/ or ICE/', true],
    ['', 'ECONNRESET', true],
  ])('that answers %j is told of without its password', async (answer, why, retryable) => {
    const edge = await edgeForTest()
    const proxy = await startHttpProxy({ answer })
    const error = await failure(edge, { proxyUrl: `http://me:hunter2@127.0.0.1:${proxy.port}`, transports: ['tls'] })
    expect(error).toMatchObject({ code: 'ERR_TUNNEL_8006', retryable })
    expect((error as Error).message).toContain(`no way through the proxy http://127.0.0.1:${proxy.port}: ${why}`)
    expect(everythingIn(error)).not.toContain('hunter2')
  })

  test.each([
    [{ reply: 2 }, 'NotAllowed'],
    [{ reply: 5 }, 'ConnectionRefused'],
    [{ password: 'another' }, 'Socks5 Authentication failed'],
  ])('socks5:// that refuses with %j is told of without its password', async (refusal, why) => {
    const edge = await edgeForTest()
    const proxy = await startSocksProxy(refusal)
    const error = await failure(edge, {
      proxyUrl: `socks5://user:hunter2@127.0.0.1:${proxy.port}`,
      transports: ['tls'],
    })
    expect(error).toMatchObject({ code: 'ERR_TUNNEL_8006', message: expect.stringContaining(why) })
    expect(everythingIn(error)).not.toContain('hunter2')
  })

  test('that is not there, or has no address, is not taken for the edge', async () => {
    const edge = await edgeForTest()
    const [port, server] = [await freePort(), await startDnsServer({})]
    expect(await failure(edge, { proxyUrl: `http://127.0.0.1:${port}` })).toMatchObject({
      code: 'ERR_TUNNEL_8006',
      message: `no way through the proxy http://127.0.0.1:${port}: ECONNREFUSED`,
      retryable: true,
    })
    const unknown = { proxyUrl: 'http://proxy.example', dnsResolverIps: [server.address] }
    expect(await failure(edge, unknown)).toMatchObject({
      code: 'ERR_TUNNEL_8005',
      message: "the proxy's name proxy.example could not be resolved",
    })
  })

  test.each(['http', 'socks5'])('%s:// that never answers is given up', async (scheme) => {
    const edge = await edgeForTest()
    const port = await listening(createServer().on('connect', () => {}))
    const options = { proxyUrl: `${scheme}://127.0.0.1:${port}`, connectTimeoutMs: 50, transports: ['tls'] as const }
    expect(await failure(edge, options)).toMatchObject({ retryable: true })
  })
})

describe.skipIf(!hasOpenssl)('a list of revoked certificates (needs openssl)', () => {
  const authority = hasOpenssl ? createAuthority() : (undefined as unknown as Identity)
  const leaf = hasOpenssl ? createLeaf(authority) : (undefined as unknown as Identity)

  /** By how it is trusted. */
  const trusting = (edge: FakeEdge, how: 'pinned' | 'file'): SessionOptions =>
    how === 'pinned'
      ? {}
      : { connect: undefined, serverAddr: `127.0.0.1:${edge.port}`, trust: { caPem: authority.cert } }

  test.each(['pinned', 'file'] as const)('lets a %s edge pass that is not on it', async (how) => {
    const edge = await startFakeEdge(authority, leaf)
    const crlUrl = temporaryFile('list.crl', revocationList(authority))
    const session = await sessionWith(edge, { ...trusting(edge, how), crlUrl })
    expect(session.state).toBe('online')
  })

  test.each(['pinned', 'file'] as const)('stops a %s edge that is on it, for good', async (how) => {
    const edge = await startFakeEdge(authority, leaf)
    const crlUrl = temporaryFile('list.crl', revocationList(authority, { revoked: leaf }))
    expect(await failure(edge, { ...trusting(edge, how), crlUrl })).toMatchObject({
      code: 'ERR_TUNNEL_8003',
      message: `the certificate of 127.0.0.1:${edge.port} was revoked`,
      retryable: false,
    })
    expect(edge.linkCount).toBe(0)
  })

  test('comes from a URL, in DER as well', async () => {
    const edge = await startFakeEdge(authority, leaf)
    const der = Buffer.from(revocationList(authority, { revoked: leaf }).replace(/-----.*-----|\s/g, ''), 'base64')
    const port = await listening(createServer((_request, response) => response.end(der)))
    expect(await failure(edge, { crlUrl: `http://127.0.0.1:${port}/edge.crl` })).toMatchObject({
      message: expect.stringContaining('was revoked'),
    })
  })

  test('of another authority vouches for nobody', async () => {
    const edge = await startFakeEdge(authority, leaf)
    const crlUrl = temporaryFile('list.crl', revocationList(createAuthority('Other CA')))
    expect(await failure(edge, { crlUrl })).toMatchObject({ code: 'ERR_TUNNEL_8003' })
  })

  test('that cannot be had lets nobody pass', async () => {
    const edge = await startFakeEdge(authority, leaf)
    expect(await failure(edge, { crlUrl: '/nowhere/edge.crl' })).toMatchObject({
      code: 'ERR_TUNNEL_8003',
      message: 'the list of revoked certificates /nowhere/edge.crl cannot be had: ENOENT',
      retryable: true,
    })
  })
})

describe.skipIf(!hasOpenssl)('a session (needs openssl)', () => {
  test.each([
    [{ proxyUrl: 'ftp://proxy.example' }, 'ERR_TUNNEL_9034'],
    [{ dnsResolverIps: ['dns.example'] }, 'ERR_TUNNEL_9034'],
    [{ dnsResolverIps: Array.from({ length: 17 }, () => '192.0.2.1') }, 'ERR_TUNNEL_9034'],
    [{ dnsOverHttpsUrls: ['http://192.0.2.1/dns-query'] }, 'ERR_TUNNEL_9034'],
    [{ dnsTimeoutMs: 0 }, 'ERR_TUNNEL_301'],
    [{ tcpKeepAliveMs: -1 }, 'ERR_TUNNEL_301'],
    [{ ipFamily: 5 as never }, 'ERR_TUNNEL_301'],
    [{ tlsMinVersion: '1.1' as never }, 'ERR_TUNNEL_219'],
  ])('does not begin with %j', async (options, code) => {
    const edge = await edgeForTest()
    expect(await failure(edge, options)).toMatchObject({ code })
  })

  test('leaves by the interface that it is told', async () => {
    const edge = await edgeForTest()
    expect((await sessionWith(edge, { connectInterface: '127.0.0.5' })).state).toBe('online')
    expect(await failure(edge, { connectInterface: 'nowhere0' })).toMatchObject({
      code: 'ERR_TUNNEL_8002',
      message: expect.stringContaining('there is no network interface "nowhere0"'),
    })
  })
})

/** Every text that a log could take from an error. */
function everythingIn(error: unknown): string {
  const texts: string[] = []
  for (let one = error as Error & { cause?: unknown }; one instanceof Error; one = one.cause as Error) {
    texts.push(one.message, one.stack ?? '', JSON.stringify(one, Object.getOwnPropertyNames(one)))
  }
  return texts.join('\n')
}

function temporaryFile(name: string, content: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'tunnel-network-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  writeFileSync(join(directory, name), content)
  return join(directory, name)
}

/** PEM of a list that `authority` signed. */
function revocationList(authority: Identity, { revoked }: { revoked?: Identity } = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'tunnel-crl-'))
  const path = (name: string): string => join(directory, name)
  try {
    writeFileSync(path('ca.pem'), authority.cert)
    writeFileSync(path('ca.key'), authority.key)
    writeFileSync(path('index'), '')
    const settings = `database=${path('index')}\ndefault_md=sha256\ndefault_crl_days=30\n`
    writeFileSync(path('conf'), `[ca]\ndefault_ca=own\n[own]\n${settings}`)
    const ca = ['ca', '-config', path('conf'), '-cert', path('ca.pem'), '-keyfile', path('ca.key')]
    const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { stdio: 'pipe' })
    if (revoked) {
      writeFileSync(path('leaf.pem'), revoked.cert)
      openssl(...ca, '-revoke', path('leaf.pem'))
    }
    return openssl(...ca, '-gencrl').toString()
  } finally {
    rmSync(directory, { recursive: true })
  }
}

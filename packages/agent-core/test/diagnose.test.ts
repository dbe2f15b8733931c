import { createServer } from 'node:https'
import { describe, expect, test } from 'vitest'
import { type DiagnoseOptions, diagnose } from '../src/index.ts'
import { createAuthority, createLeaf, hasOpenssl, type Identity } from './certificates.ts'
import { AUTHTOKEN, edgeForTest, trustedCa } from './connected.ts'
import { startDnsServer } from './dns-server.ts'
import type { FakeEdge } from './fake-edge.ts'
import { startHttpProxy } from './proxies.ts'
import { freePort, listening, startTcpServer } from './tls-server.ts'

/** `Name: state code`, of the tests of the only edge. */
async function testsOf(options: DiagnoseOptions) {
  const diagnosis = await diagnose({ env: {}, ...options })
  const [localhost, edge] = diagnosis.sections
  expect(localhost?.title).toBe('Localhost Connectivity')
  const tests = edge?.tests.map(({ name, state, problem }) => [name, state, problem?.code ?? ''].join(' ').trim())
  return { ...diagnosis, tests }
}

const to = (edge: FakeEdge, host = '127.0.0.1'): DiagnoseOptions => ({
  connect: edge.connectionString.replace('127.0.0.1', host),
})

describe.skipIf(!hasOpenssl)('diagnose (needs openssl)', () => {
  test('finds the way to an edge, how far it is, and leaves no session', async () => {
    const edge = await edgeForTest()
    const { ok, edges, tests, sections } = await testsOf(to(edge))
    expect(tests).toEqual([
      'Name Resolution ok',
      'TCP ok',
      'TLS ok',
      'Tunnel Protocol ok',
      'WebSocket ok',
      'Clock skipped',
    ])
    expect(sections[1]?.tests[1]?.details).toEqual(['127.0.0.1 is at 127.0.0.1'])
    expect(ok).toBe(true)
    expect(edges).toEqual([
      { serverAddr: `127.0.0.1:${edge.port}`, region: 'test', edgeVersion: '0.0.0', latencyMs: expect.any(Number) },
    ])
    await (await edge.nextLink()).closed
    await (await edge.nextLink()).closed
  })

  test('says each result as it comes', async () => {
    const edge = await edgeForTest()
    const seen: string[] = []
    await diagnose({ ...to(edge), env: {}, onTest: (section, { name }) => seen.push(`${section}: ${name}`) })
    expect(seen.slice(0, 2)).toEqual([
      'Localhost Connectivity: Name Resolution',
      `Edge Connectivity - 127.0.0.1:${edge.port}: Name Resolution`,
    ])
  })

  test('says that nobody knows the name', async () => {
    const [edge, server] = [await edgeForTest(), await startDnsServer({})]
    const { ok, tests, sections } = await testsOf({ ...to(edge, 'edge.example'), dnsResolverIps: [server.address] })
    expect(ok).toBe(false)
    expect(tests?.slice(0, 3)).toEqual(['Name Resolution error ERR_TUNNEL_8000', 'TCP skipped', 'TLS skipped'])
    expect(sections[1]?.tests[0]?.problem?.advice).toContain('dns_resolver_ips')
  })

  test('warns where resolvers disagree, and goes on', async () => {
    const edge = await edgeForTest()
    const [one, two] = [
      await startDnsServer({ 'edge.example': { A: ['127.0.0.1'] } }),
      await startDnsServer({ 'edge.example': { A: ['127.0.0.9'] } }),
    ]
    const options = { dnsResolverIps: [one.address], dnsFallbackIps: [two.address] }
    const { ok, tests } = await testsOf({ ...to(edge, 'edge.example'), ...options })
    expect([ok, tests?.[0]]).toEqual([true, 'Name Resolution warn ERR_TUNNEL_8010'])
  })

  test('tries every address of a family by itself', async () => {
    const edge = await edgeForTest()
    const server = await startDnsServer({ 'edge.example': { A: ['127.0.0.1', '127.0.0.9'], AAAA: ['::1'] } })
    const options = { dnsResolverIps: [server.address], families: [4, 6] as const }
    const { ok, tests } = await testsOf({ ...to(edge, 'edge.example'), ...options })
    expect(ok).toBe(true)
    expect(tests?.slice(1, 3)).toEqual(['TCP over IPv4 warn ERR_TUNNEL_8002', 'TCP over IPv6 warn ERR_TUNNEL_8011'])
  })

  test('says that nothing listens', async () => {
    const port = await freePort()
    const { ok, tests } = await testsOf({ connect: `tunnel://${AUTHTOKEN}@127.0.0.1:${port}` })
    expect([ok, ...(tests ?? [])].slice(0, 3)).toEqual([false, 'Name Resolution ok', 'TCP error ERR_TUNNEL_8002'])
  })

  test('says that somebody else answers TLS', async () => {
    const [edge, other] = [await edgeForTest(), createAuthority('Stranger')]
    const connect = edge.connectionString.replace(trustedCa?.fingerprint ?? '', other.fingerprint)
    const { tests, sections } = await testsOf({ connect })
    expect(tests?.slice(1, 4)).toEqual(['TCP ok', 'TLS error ERR_TUNNEL_8003', 'Tunnel Protocol skipped'])
    expect(sections[1]?.tests[2]?.problem?.advice).toContain('add-server')
  })

  test('says that what answers TLS is no edge', async () => {
    const authority = trustedCa as Identity
    const leaf = createLeaf(authority)
    const web = createServer({ cert: leaf.cert + authority.cert, key: leaf.key, ALPNProtocols: ['http/1.1'] })
    web.on('request', (_request, response) => response.end())
    const connect = `tunnel://${AUTHTOKEN}@127.0.0.1:${await listening(web)}?ca=sha256:${authority.fingerprint}`
    const { ok, tests } = await testsOf({ connect })
    expect(ok).toBe(false)
    expect(tests?.slice(2)).toEqual([
      'TLS ok',
      'Tunnel Protocol error ERR_TUNNEL_8004',
      'WebSocket skipped',
      'Clock skipped',
    ])
  })

  test.each([
    [0, 'ok', undefined],
    [3_600_000, 'warn', '3600 s ahead of'],
    [-3_600_000, 'warn', '3600 s behind'],
  ])('of a clock that is %i ms off says %s', async (offMs, state, message) => {
    const edgeTime = Date.UTC(2026, 10, 21)
    const edge = await edgeForTest({
      onWebRequest: (_request, response) => response.writeHead(404, { date: new Date(edgeTime).toUTCString() }).end(),
    })
    const { sections } = await testsOf({ ...to(edge), now: () => edgeTime + offMs })
    const clock = sections[1]?.tests.find(({ name }) => name === 'Clock')
    expect(clock?.state).toBe(state)
    if (message) expect(clock?.problem?.message).toContain(message)
  })

  test('says what the edge refuses, with what to do', async () => {
    const refused = { code: 'ERR_TUNNEL_107' as const, message: 'unknown authtoken', retryable: false }
    const edge = await edgeForTest({ onHello: () => ({ type: 'refused', error: refused }) })
    const { sections } = await testsOf(to(edge))
    expect(sections[1]?.tests.find(({ name }) => name === 'Tunnel Protocol')?.problem).toEqual({
      code: 'ERR_TUNNEL_107',
      message: 'unknown authtoken',
      advice: expect.stringContaining('add-authtoken'),
    })
  })

  test('says that an edge accepts TCP and is silent', async () => {
    const port = await startTcpServer(() => {})
    const { tests } = await testsOf({ connect: `tunnel://${AUTHTOKEN}@127.0.0.1:${port}`, connectTimeoutMs: 100 })
    expect(tests?.slice(1, 3)).toEqual(['TCP ok', 'TLS error ERR_TUNNEL_8002'])
  })

  test('goes through the proxy, and says where that fails', async () => {
    const [edge, proxy, server] = [await edgeForTest(), await startHttpProxy(), await startDnsServer({})]
    const through = (proxyUrl: string): Promise<{ tests: string[] | undefined }> =>
      testsOf({ ...to(edge), proxyUrl, dnsResolverIps: [server.address] })
    const url = `http://127.0.0.1:${proxy.port}`
    expect((await through(url)).tests).toEqual([
      'Proxy Name Resolution ok',
      `TCP through ${url} ok`,
      'TLS ok',
      'Tunnel Protocol ok',
      'WebSocket ok',
      'Clock skipped',
    ])
    expect((await through('http://proxy.example')).tests?.[0]).toBe('Proxy Name Resolution error ERR_TUNNEL_8005')
    const closed = `http://127.0.0.1:${await freePort()}`
    expect((await through(closed)).tests?.[1]).toBe(`TCP through ${closed} error ERR_TUNNEL_8006`)
  })

  test('asks the internet only where it is told to', async () => {
    const [edge, port] = [await edgeForTest(), await freePort()]
    const internet = { host: '127.0.0.1', port }
    const { sections, ok } = await diagnose({ ...to(edge), env: {}, internet })
    expect(sections[1]).toMatchObject({
      title: 'Internet Connectivity',
      tests: [{ state: 'warn', problem: { code: 'ERR_TUNNEL_8001' } }],
    })
    expect(ok).toBe(true)
  })

  test('tries the edges of the regions that it is told', async () => {
    const edge = await edgeForTest()
    const titles = async (regions?: readonly string[]): Promise<string[]> => {
      const serverAddr = ['eu.localhost', 'us.localhost'].map((host) => `${host}:${edge.port}`)
      const server = await startDnsServer({})
      const options = { serverAddr, regions, env: {}, authtoken: AUTHTOKEN, dnsResolverIps: [server.address] }
      return (await diagnose(options)).sections.slice(1).map(({ title }) => title.split(' - ')[1]?.split('.')[0] ?? '')
    }
    expect(await titles()).toEqual(['eu', 'us'])
    expect(await titles(['us'])).toEqual(['us'])
    expect(await titles(['us', 'eu'])).toEqual(['us', 'eu'])
    await expect(titles(['jp'])).rejects.toMatchObject({ code: 'ERR_TUNNEL_9034' })
  })
})

import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  authtoken,
  connect,
  consoleLog,
  disconnect,
  forward,
  getListener,
  getListenerByUrl,
  kill,
  type LogLevel,
  listen,
  listenable,
  listeners,
  loggingCallback,
  NgrokSessionBuilder,
  Session,
  SessionBuilder,
} from '../src/index.ts'
import { type Bind, bound } from './agent-link.ts'
import { createAuthority, createLeaf, hasOpenssl } from './certificates.ts'
import { AUTHTOKEN, edgeForTest, optionsFor, sessionWith, trustedCa } from './connected.ts'
import type { FakeEdge, FakeEdgeOptions } from './fake-edge.ts'
import { listening } from './tls-server.ts'

afterEach(async () => {
  await kill()
  loggingCallback()
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

async function edgeOfEnvironment(options?: FakeEdgeOptions): Promise<FakeEdge> {
  const edge = await edgeForTest(options)
  vi.stubEnv('TUNNEL_CONNECT', edge.connectionString)
  vi.stubEnv('TUNNEL_AUTHTOKEN', undefined)
  return edge
}

/** An edge that keeps what it was asked for. */
async function edgeWithRequests(): Promise<{ edge: FakeEdge; requests: Bind['endpoint'][] }> {
  const requests: Bind['endpoint'][] = []
  const edge = await edgeOfEnvironment({
    onBind: (bind) => {
      requests.push(bind.endpoint)
      return bound(bind)
    },
  })
  return { edge, requests }
}

/** The text of a web server on loopback. */
const webServer = (text: string): Promise<number> =>
  listening(createServer((_request, response) => response.setHeader('connection', 'close').end(text)))

const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

describe.skipIf(!hasOpenssl)('a builder (needs openssl)', () => {
  test('connects with what it was told', async () => {
    const edge = await edgeForTest()
    const [url] = edge.connectionString.split('?')
    const session = await new SessionBuilder()
      .connectionString(`${url}`)
      .caCert(trustedCa?.cert ?? '')
      .authtokenFromEnv()
      .authtoken('ANOTHER')
      .clientInfo('mytool', '1.2.0', 'beta')
      .heartbeatInterval(20)
      .heartbeatTolerance(30)
      .metadata('mine')
      .network({ tcpKeepAliveMs: 0 })
      .connect()
    onTestFinished(() => session.close())
    expect((await edge.nextLink()).hello).toMatchObject({
      authtoken: 'ANOTHER',
      metadata: 'mine',
      heartbeat: { intervalMs: 20_000, toleranceMs: 30_000 },
      agent: { userAgent: 'mytool/1.2.0 (beta)' },
      remote: { stop: '', restart: expect.stringMatching(/./), update: expect.stringMatching(/./) },
    })
  })

  test('has the name that older programs know, and takes an address with roots', async () => {
    const edge = await edgeForTest()
    const builder = new NgrokSessionBuilder().serverAddr(`127.0.0.1:${edge.port}`).authtoken(AUTHTOKEN)
    await expect(builder.rootCas('host').connect()).rejects.toMatchObject({ code: 'ERR_TUNNEL_8003' })
    await expect(builder.rootCas('/nowhere.pem').connect()).rejects.toMatchObject({
      code: 'ERR_TUNNEL_8003',
      message: expect.stringContaining('/nowhere.pem'),
    })
  })

  test('hands remote commands and heartbeats to their handlers', async () => {
    const edge = await edgeForTest()
    const seen: unknown[] = []
    const session = await new SessionBuilder()
      .connectionString(edge.connectionString)
      .handleStopCommand(() => void seen.push('stop'))
      .handleRestartCommand(() => void seen.push('restart'))
      .handleUpdateCommand((update) => {
        seen.push(update)
        throw new Error('no room on the disk')
      })
      .handleHeartbeat((latencyMs) => void seen.push(typeof latencyMs))
      .connect()
    onTestFinished(() => session.close())
    const link = await edge.nextLink()
    if (!seen.includes('number')) await once(session, 'heartbeat')
    link.send({ type: 'restart', id: 1 })
    expect(await link.next('done')).toMatchObject({ id: 1 })
    link.send({ type: 'update-agent', id: 2, version: '9.9.9' })
    expect(await link.next('failed')).toMatchObject({
      id: 2,
      error: { code: 'ERR_TUNNEL_809', message: 'no room on the disk' },
    })
    link.send({ type: 'stop', id: 3 })
    expect(await link.next('done')).toMatchObject({ id: 3 })
    expect(seen).toEqual(['number', 'restart', { version: '9.9.9', permitMajorVersion: false }, 'stop'])
  })

  test.each([
    [true, 'comes back'],
    [false, 'is over'],
  ])('of a session that is lost: with %s it %s', async (goesOn) => {
    const edge = await edgeForTest()
    const losses: string[] = []
    const session = await new SessionBuilder()
      .connectionString(edge.connectionString)
      .handleDisconnection((addr) => {
        losses.push(addr)
        return goesOn
      })
      .connect()
    onTestFinished(() => session.close())
    const link = await edge.nextLink()
    const settled = once(session, goesOn ? 'connected' : 'close')
    link.cut()
    await settled
    expect(losses).toEqual([`127.0.0.1:${edge.port}`])
    expect(session.state).toBe(goesOn ? 'online' : 'closed')
  })

  test('of an http endpoint asks for what it was told', async () => {
    const { edge, requests } = await edgeWithRequests()
    const session = await sessionWith(edge)
    const listener = await session
      .httpEndpoint()
      .domain('app.example')
      .scheme('HTTPS')
      .metadata('m')
      .forwardsTo('my app')
      .binding('internal')
      .poolingEnabled(true)
      .proxyProto('1')
      .verifyUpstreamTls(false)
      .basicAuth('me', 'password1')
      .basicAuth('you', 'password2')
      .compression()
      .circuitBreaker(0.5)
      .requestHeader('x-a', 'b:c')
      .removeRequestHeader('x-b')
      .responseHeader('x-c', 'd')
      .removeResponseHeader('x-d')
      .allowUserAgent('curl')
      .denyUserAgent('bot')
      .allowCidr('192.0.2.0/24')
      .denyCidr('192.0.2.7/32')
      .webhookVerification('github', 'secret')
      .oauth('google', ['me@example.com'], ['example.com'], ['email'], 'id', 'secret')
      .oidc('https://id.example', 'id', 'secret')
      .listenAndForward(8080)
    expect(listener.url()).toBe('https://app.example')
    const { trafficPolicy, ...rest } = requests[0] as Bind['endpoint']
    expect(rest).toEqual({
      protocol: 'https',
      url: 'https://app.example',
      upstream: { url: 'my app', proxyProtocol: 1 },
      metadata: 'm',
      bindings: ['internal'],
      poolingEnabled: true,
    })
    const policy = JSON.parse(trafficPolicy ?? '') as Record<string, { name: string }[]>
    expect(Object.values(policy).flatMap((rules) => rules.map(({ name }) => name))).toEqual([
      'ip restriction',
      'user-agent filter',
      'webhook verification',
      'basic auth',
      'oauth',
      'oauth identities',
      'oidc',
      'circuit breaker',
      'request headers',
      'compression',
      'response headers',
    ])
  })

  test('of a tcp, a tls and a labeled endpoint ask for their kind', async () => {
    const { edge, requests } = await edgeWithRequests()
    const session = await sessionWith(edge)
    const [ca] = [createAuthority()]
    const leaf = createLeaf(ca)
    const tcp = await session.tcpEndpoint().remoteAddr('1.tcp.example:20001').listen()
    const tls = await session
      .tlsEndpoint()
      .domain('t.example')
      .mutualTlsca(ca.cert)
      .termination(leaf.cert, leaf.key)
      .listen()
    const labeled = await session.labeledListener().label('app', 'web').label('dc', 'eu').metadata('m').listen()
    await session.httpEndpoint().url('https://p.example').trafficPolicy('on_http_request: []').listen()
    expect(requests).toMatchObject([
      { protocol: 'tcp', url: 'tcp://1.tcp.example:20001' },
      { protocol: 'tls', url: 'tls://t.example' },
      { protocol: '', labels: ['app=web', 'dc=eu'], metadata: 'm' },
      { url: 'https://p.example', trafficPolicy: 'on_http_request: []' },
    ])
    expect([tcp.proto(), tls.proto(), labeled.proto()]).toEqual(['tcp', 'tls', null])
    expect([tcp.labels(), labeled.labels()]).toEqual([{}, { app: 'web', dc: 'eu' }])
    expect(await session.listeners()).toHaveLength(4)
    await session.closeListener(tls.id())
    expect((await session.listeners()).includes(tls)).toBe(false)
  })

  test('lets a server serve its endpoint', async () => {
    const edge = await edgeForTest()
    const session = await sessionWith(edge)
    const app = createServer((_request, response) => response.setHeader('connection', 'close').end('served'))
    const listener = await session.httpEndpoint().listenAndServe(app)
    const { text } = await (await edge.nextLink()).exchange(listener.id(), get)
    expect(text).toMatch(/served$/)
  })
})

describe.skipIf(!hasOpenssl)('a listener (needs openssl)', () => {
  test('sends connections where it is told, then elsewhere', async () => {
    const edge = await edgeOfEnvironment()
    const [one, two] = [await webServer('one'), await webServer('two')]
    const listener = await listen()
    const link = await edge.nextLink()
    await listener.forward(`localhost:${one}`)
    expect((await link.exchange(listener.id(), get)).text).toMatch(/one$/)
    await listener.forward(two)
    expect((await link.exchange(listener.id(), get)).text).toMatch(/two$/)
    await expect(listener.forward('no address')).rejects.toMatchObject({ code: 'ERR_TUNNEL_9034' })
  })

  test('that forwards can be sent elsewhere too', async () => {
    const edge = await edgeOfEnvironment()
    const [one, two] = [await webServer('one'), await webServer('two')]
    const listener = await forward(one)
    await listener.forward(two)
    expect((await (await edge.nextLink()).exchange(listener.id(), get)).text).toMatch(/two$/)
  })

  test('changes what the edge knows of it, also of an edge that was away', async () => {
    const requests: Bind['endpoint'][] = []
    const edge = await edgeForTest({
      onBind: (bind) => {
        requests.push(bind.endpoint)
        return bound(bind)
      },
    })
    const session = await sessionWith(edge)
    const listener = await session.httpEndpoint().metadata('old').listen()
    const link = await edge.nextLink()
    await listener.update({ metadata: 'new', trafficPolicy: 'on_http_request: []' })
    expect(await link.next('update')).toMatchObject({
      endpointId: listener.id(),
      endpoint: { metadata: 'new', trafficPolicy: 'on_http_request: []' },
    })
    expect(listener.metadata()).toBe('new')
    const back = once(session, 'connected')
    link.cut()
    await back
    expect(requests.map(({ metadata }) => metadata)).toEqual(['old', 'new'])
  })

  test('lets a server do with its connections what it does with sockets', async () => {
    const edge = await edgeOfEnvironment()
    const app = createServer((request, response) => {
      // WebSocket servers do the same with the socket of an upgrade.
      request.setTimeout(1000)
      request.socket.setNoDelay(true).setKeepAlive(true).unref().ref()
      response.setHeader('connection', 'close').end('treated as a socket')
    })
    await listen(app)
    const { text } = await (await edge.nextLink()).exchange(listeners()[0]?.id() ?? '', get)
    expect(text).toMatch(/treated as a socket$/)
  })

  test('can be listened on by any server, as a path', async () => {
    const edge = await edgeOfEnvironment()
    const listener = await listenable()
    const app = createServer((_request, response) => response.setHeader('connection', 'close').end('by path'))
    await once(app.listen(listener), 'listening')
    onTestFinished(() => void app.close())
    expect(app.address()).toBe(listener.path)
    expect((await (await edge.nextLink()).exchange(listener.id(), get)).text).toMatch(/by path$/)
  })

  test('is found by its id and its URL, and closed by either', async () => {
    await edgeOfEnvironment()
    const [one, two] = [
      await connect({ addr: 80, url: 'https://a.example' }),
      await forward({ addr: 80, labels: 'a=b' }),
    ]
    expect(await getListener(one.id())).toBe(one)
    expect(await getListenerByUrl('https://a.example')).toBe(one)
    expect([await getListener('ep_nowhere'), await getListenerByUrl('https://b.example')]).toEqual([null, null])
    await disconnect(two.id())
    expect(listeners()).toEqual([one])
    await disconnect()
    expect(listeners()).toEqual([])
  })
})

describe.skipIf(!hasOpenssl)('a program (needs openssl)', () => {
  test('gives an authtoken once for all', async () => {
    const edge = await edgeForTest()
    await authtoken('GIVEN')
    onTestFinished(() => authtoken(undefined as never))
    const [url] = edge.connectionString.split('?')
    await forward({ addr: 80, connect: `${url}`.replace(/\/\/.*@/, '//'), session_ca_cert: trustedCa?.cert ?? '' })
    expect((await edge.nextLink()).hello.authtoken).toBe('GIVEN')
  })

  test('hears what happens, as far as it wants to', async () => {
    const edge = await edgeOfEnvironment()
    const seen: string[] = []
    const log = (level: LogLevel, target: string, message: string) => void seen.push(`${level} ${target} ${message}`)
    const [lines, statuses]: [string[], unknown[][]] = [[], []]
    loggingCallback(log, 'INFO')
    await forward({
      addr: 8080,
      url: 'https://a.example',
      onLogEvent: (line) => lines.push(line),
      on_status_change: (...status) => statuses.push(status),
    })
    await kill()
    const address = `127.0.0.1:${edge.port}`
    const expected = [
      `INFO session ts_1 is online at ${address}`,
      'INFO endpoint https://a.example leads to http://localhost:8080',
      'INFO session closed',
    ]
    expect(seen).toEqual(expected)
    expect(lines.filter((line) => !line.startsWith('DEBUG'))).toEqual(expected)
    expect(statuses).toEqual([[address], [address, undefined]])
    expect([...seen, ...lines].join()).not.toContain(AUTHTOKEN)
  })

  test('hears of a loss, and of nothing more', async () => {
    const edge = await edgeForTest()
    const seen: string[] = []
    loggingCallback((level, target) => void seen.push(`${level} ${target}`), 'WARN')
    const session = await new SessionBuilder().connectionString(edge.connectionString).connect()
    onTestFinished(() => session.close())
    const lost = once(session, 'disconnected')
    ;(await edge.nextLink()).cut()
    await lost
    expect(seen).toEqual(['WARN session'])
  })

  test('reads it on the console', async () => {
    await edgeOfEnvironment()
    const write = vi.spyOn(console, 'log').mockImplementation(() => {})
    consoleLog()
    await forward(8080)
    expect(write.mock.calls[0]?.[0]).toMatch(/^INFO session ts_1 is online/)
  })

  test('takes options that become rules, and not beside a policy of its own', async () => {
    const { requests } = await edgeWithRequests()
    await forward({ addr: 80, 'basic.auth': 'me:password1' } as object)
    expect(JSON.parse(requests[0]?.trafficPolicy ?? '')).toMatchObject({ on_http_request: [{ name: 'basic auth' }] })
    const both = { addr: 80, basic_auth: 'me:password1', traffic_policy: 'on_http_request: []' }
    await expect(forward(both)).rejects.toMatchObject({ code: 'ERR_TUNNEL_9021' })
  })

  test('still can ask a session who listens to an event', async () => {
    const edge = await edgeForTest()
    const session = await Session.connect(optionsFor(edge))
    onTestFinished(() => session.close())
    const hear = (): void => {}
    session.on('heartbeat', hear)
    expect(session.listeners('heartbeat')).toEqual([hear])
    expect(await session.listeners()).toEqual([])
  })
})

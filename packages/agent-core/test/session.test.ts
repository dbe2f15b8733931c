import { getEventListeners, once } from 'node:events'
import { TunnelError } from '@tunnel/protocol'
import { describe, expect, test } from 'vitest'
import { AGENT_VERSION, Session } from '../src/index.ts'
import { welcome } from './agent-link.ts'
import { hasOpenssl } from './certificates.ts'
import { AUTHTOKEN, edgeForTest, optionsFor, sessionWith } from './connected.ts'

const refused = (number: number, retryable?: boolean) => ({
  type: 'refused' as const,
  error: new TunnelError(number, `refused with ${number}`, retryable === undefined ? {} : { retryable }).toWire(),
})

const request = { protocol: 'https', upstream: { url: 'http://localhost:8080' } }
const openSockets = () => process.getActiveResourcesInfo().filter((name) => /^(TCPSocket|TLS)Wrap$/i.test(name)).length

describe.skipIf(!hasOpenssl)('a session (needs openssl)', () => {
  test('says hello with what it was given', async () => {
    const edge = await edgeForTest()
    const session = await sessionWith(edge, {
      metadata: '{"place":"desk"}',
      userAgent: 'mytool/1.2.0',
      heartbeatIntervalMs: 2000,
      heartbeatToleranceMs: 3000,
      onRestartCommand: () => {},
    })
    const { hello } = await edge.nextLink()
    expect(hello).toMatchObject({
      versions: [1],
      authtoken: AUTHTOKEN,
      metadata: '{"place":"desk"}',
      heartbeat: { intervalMs: 2000, toleranceMs: 3000 },
      agent: { version: AGENT_VERSION, os: process.platform, userAgent: 'mytool/1.2.0', transport: 'tls' },
      remote: { stop: '', restart: '', update: expect.stringMatching(/./) },
    })
    expect(hello).not.toHaveProperty('cookie')
    expect(session).toMatchObject({ state: 'online', welcome, transport: 'tls', serverAddr: `127.0.0.1:${edge.port}` })
  })

  test('takes the WebSocket way where the other one is barred', async () => {
    const edge = await edgeForTest({ alpn: ['http/1.1'] })
    const session = await sessionWith(edge)
    expect((await edge.nextLink()).hello.agent.transport).toBe('websocket')
    expect(session.transport).toBe('websocket')
  })

  test('takes no other way than it was told to', async () => {
    const edge = await edgeForTest({ alpn: ['http/1.1'] })
    await expect(sessionWith(edge, { transports: ['tls'] })).rejects.toMatchObject({ code: 'ERR_TUNNEL_8004' })
  })

  test('does not try another way when the edge itself refuses', async () => {
    const edge = await edgeForTest({ onHello: () => refused(107) })
    await expect(sessionWith(edge)).rejects.toMatchObject({ code: 'ERR_TUNNEL_107', message: 'refused with 107' })
    expect(edge.linkCount).toBe(1)
  })

  test('gives up the first time, also for a reason that may pass', async () => {
    const edge = await edgeForTest({ onHello: () => refused(128) })
    await expect(sessionWith(edge)).rejects.toMatchObject({ code: 'ERR_TUNNEL_128', retryable: true })
    expect(edge.linkCount).toBe(1)
  })

  test('keeps trying when told to, and says why it has to', async () => {
    const edge = await edgeForTest({ onHello: () => (edge.linkCount < 2 ? refused(128) : welcome) })
    const reasons: string[] = []
    const session = await Session.connect(optionsFor(edge, { keepTrying: true }), (created) => {
      created.on('disconnected', (error) => reasons.push(error.code))
    })
    expect(reasons).toEqual(['ERR_TUNNEL_128', 'ERR_TUNNEL_128'])
    await session.close()
  })

  test('does not keep trying what cannot succeed', async () => {
    const edge = await edgeForTest({ onHello: () => refused(105) })
    await expect(sessionWith(edge, { keepTrying: true })).rejects.toMatchObject({ code: 'ERR_TUNNEL_105' })
    expect(edge.linkCount).toBe(1)
  })

  test('gives up on an edge that never answers', async () => {
    const edge = await edgeForTest({ onHello: () => undefined })
    const attempt = sessionWith(edge, { connectTimeoutMs: 150, transports: ['tls'] })
    await expect(attempt).rejects.toMatchObject({ code: 'ERR_TUNNEL_8004', message: 'no welcome within 150 ms' })
  })

  test('takes nothing but an answer to its hello', async () => {
    const edge = await edgeForTest({ onHello: () => ({ type: 'stop', id: 1 }) })
    const attempt = sessionWith(edge, { transports: ['tls'] })
    await expect(attempt).rejects.toMatchObject({ code: 'ERR_TUNNEL_8004', message: 'stop before a welcome' })
  })

  test('binds an endpoint, and unbinds it', async () => {
    const edge = await edgeForTest()
    const session = await sessionWith(edge)
    const link = await edge.nextLink()
    const listener = await session.bind({ ...request, url: 'https://a.example', metadata: 'mine' }, () => {})
    expect([listener.url(), listener.proto(), listener.forwardsTo(), listener.metadata()]).toEqual([
      'https://a.example',
      'https',
      'http://localhost:8080',
      'mine',
    ])
    expect(session.endpoints()).toEqual([listener])
    const joined = listener.join()
    await listener.close()
    await joined
    expect(await link.next('unbind')).toMatchObject({ endpointId: listener.id() })
    expect(session.endpoints()).toEqual([])
    expect(session.state).toBe('online')
  })

  test('rejects a bind with what the edge answers', async () => {
    const error = new TunnelError(334, 'https://a.example is already online').toWire()
    const edge = await edgeForTest({ onBind: ({ id }) => ({ type: 'failed', id, error }) })
    const session = await sessionWith(edge)
    await expect(session.bind(request, () => {})).rejects.toMatchObject(error)
    expect(session.endpoints()).toEqual([])
  })

  test('rejects a bind that the edge answers with something else', async () => {
    const edge = await edgeForTest({ onBind: ({ id }) => ({ type: 'done', id }) })
    const session = await sessionWith(edge)
    await expect(session.bind(request, () => {})).rejects.toMatchObject({ code: 'ERR_TUNNEL_801' })
  })

  test('closes one endpoint when the edge takes it away, and says why', async () => {
    const edge = await edgeForTest()
    const session = await sessionWith(edge)
    const link = await edge.nextLink()
    const [taken, kept] = await Promise.all([session.bind(request, () => {}), session.bind(request, () => {})])
    const error = new TunnelError(3210, 'stopped by an administrator').toWire()
    const joined = taken.join()
    link.send({ type: 'endpoint-stopped', endpointId: taken.id(), error })
    await expect(joined).rejects.toMatchObject(error)
    await expect(taken.join()).rejects.toMatchObject(error)
    expect(session.endpoints()).toEqual([kept])
  })

  test('measures the way to the edge', async () => {
    const edge = await edgeForTest()
    const session = await sessionWith(edge, { heartbeatIntervalMs: 1000 })
    expect(session.latencyMs).toBeUndefined()
    const [latencyMs] = await once(session, 'heartbeat')
    expect(session.latencyMs).toBe(latencyMs)
  })

  test('closes when the edge tells it to stop, after acknowledging it', async () => {
    const edge = await edgeForTest()
    const session = await sessionWith(edge)
    const link = await edge.nextLink()
    const closed = once(session, 'close')
    link.send({ type: 'stop', id: 9 })
    expect(await link.next('done')).toEqual({ type: 'done', id: 9 })
    expect(await closed).toEqual([undefined])
    await link.closed
  })

  test('close() leaves nothing behind, and may be called twice', async () => {
    const edge = await edgeForTest()
    const before = openSockets()
    const session = await sessionWith(edge)
    const link = await edge.nextLink()
    const listener = await session.bind(request, () => {})
    const gone = once(listener, 'close')
    await Promise.all([session.close(), session.close()])
    await link.closed
    expect(await gone).toEqual([undefined])
    expect([session.state, session.endpoints(), session.welcome]).toEqual(['closed', [], undefined])
    await expect.poll(openSockets).toBe(before)
    await expect(session.bind(request, () => {})).rejects.toMatchObject({ code: 'ERR_TUNNEL_810', retryable: false })
  })

  test('close() while connecting ends the attempt', async () => {
    const edge = await edgeForTest({ onHello: () => undefined })
    const before = openSockets()
    let session: Session | undefined
    const attempt = Session.connect(optionsFor(edge, { keepTrying: true }), (created) => {
      session = created
    })
    const link = await edge.nextLink()
    await session?.close()
    await expect(attempt).rejects.toMatchObject({ code: 'ERR_TUNNEL_810', retryable: false })
    await link.closed
    await expect.poll(openSockets).toBe(before)
  })

  test('close() while waiting for the next attempt ends the waiting', async () => {
    const edge = await edgeForTest({ onHello: () => refused(128) })
    const patient = optionsFor(edge, { keepTrying: true, backoff: { firstDelayMs: 3_600_000, maxDelayMs: 3_600_000 } })
    const attempt = Session.connect(patient, (session) => session.once('disconnected', () => void session.close()))
    await expect(attempt).rejects.toMatchObject({ code: 'ERR_TUNNEL_810' })
    expect(edge.linkCount).toBe(1)
  })

  test('an AbortSignal ends the attempt with its reason', async () => {
    const edge = await edgeForTest({ onHello: () => undefined })
    const controller = new AbortController()
    const attempt = sessionWith(edge, { signal: controller.signal })
    const link = await edge.nextLink()
    const reason = new Error('the user left')
    controller.abort(reason)
    await expect(attempt).rejects.toBe(reason)
    await link.closed
    await expect(sessionWith(edge, { signal: controller.signal })).rejects.toBe(reason)
    expect(edge.linkCount).toBe(1)
  })

  test('an AbortSignal closes the session', async () => {
    const edge = await edgeForTest()
    const controller = new AbortController()
    const session = await sessionWith(edge, { signal: controller.signal })
    const link = await edge.nextLink()
    const closed = once(session, 'close')
    controller.abort()
    expect(await closed).toEqual([undefined])
    await link.closed
  })

  test('leaves no listener on a signal that outlives it', async () => {
    const edge = await edgeForTest()
    const { signal } = new AbortController()
    const session = await sessionWith(edge, { signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await session.close()
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  test.each([
    [{ heartbeatIntervalMs: 999 }, 111],
    [{ heartbeatIntervalMs: Number.NaN }, 111],
    [{ heartbeatToleranceMs: 0 }, 112],
    [{ heartbeatToleranceMs: 2 ** 31 }, 112],
    [{ connectTimeoutMs: -1 }, 301],
  ])('refuses %j before it connects', async (options, number) => {
    const edge = await edgeForTest()
    await expect(sessionWith(edge, options)).rejects.toMatchObject({ code: `ERR_TUNNEL_${number}` })
    expect(edge.linkCount).toBe(0)
  })
})

import { once } from 'node:events'
import { type EdgeMessage, TunnelError } from '@tunnel/protocol'
import { describe, expect, test } from 'vitest'
import { Session } from '../src/index.ts'
import { type AgentLink, type Bind, bound, welcome } from './agent-link.ts'
import { hasOpenssl } from './certificates.ts'
import { edgeForTest, optionsFor, sessionWith } from './connected.ts'

const request = { protocol: 'https', upstream: { url: 'http://localhost:8080' } }
const wire = (number: number) => new TunnelError(number, `because of ${number}`).toWire()
const failed = ({ id }: Bind, number: number): EdgeMessage => ({ type: 'failed', id, error: wire(number) })
const refused = (number: number): EdgeMessage => ({ type: 'refused', error: wire(number) })

describe.skipIf(!hasOpenssl)('a session that lost its edge (needs openssl)', () => {
  test('comes back with its cookie, and gets its addresses back by their tokens', async () => {
    const edge = await edgeForTest()
    const session = await sessionWith(edge)
    const first = await edge.nextLink()
    const [random, named] = await Promise.all([
      session.bind(request, () => {}),
      session.bind({ ...request, url: 'https://a.example' }, () => {}),
    ])
    const before = { url: random.url(), id: random.id() }
    const disconnected = once(session, 'disconnected')
    const connected = once(session, 'connected')
    first.cut()
    expect((await disconnected)[0]).toMatchObject({ code: 'ERR_TUNNEL_810', retryable: true })
    expect(session.state).toBe('reconnecting')
    await connected

    const second = await edge.nextLink()
    expect(second.hello.cookie).toBe('cookie-1')
    expect(await second.next('bind')).toMatchObject({ token: `token of ${before.url}`, endpoint: request })
    expect(await second.next('bind')).toMatchObject({ token: 'token of https://a.example' })
    expect(session).toMatchObject({ state: 'online', welcome })
    expect(random.url()).toBe(before.url)
    expect(random.id()).not.toBe(before.id)
    expect(session.endpoints()).toEqual([random, named])
  })

  test('rejects what it is asked for meanwhile, as something to try again', async () => {
    const edge = await edgeForTest()
    const session = await sessionWith(edge, { backoff: { firstDelayMs: 3_600_000, maxDelayMs: 3_600_000 } })
    const disconnected = once(session, 'disconnected')
    const link = await edge.nextLink()
    link.cut()
    await disconnected
    await expect(session.bind(request, () => {})).rejects.toMatchObject({ code: 'ERR_TUNNEL_810', retryable: true })
  })

  test('rejects a bind that the loss cut off', async () => {
    const edge = await edgeForTest({
      onBind: (_bind, link) => {
        link.cut()
        return undefined
      },
    })
    const session = await sessionWith(edge)
    await expect(session.bind(request, () => {})).rejects.toMatchObject({ code: 'ERR_TUNNEL_810', retryable: true })
    expect(session.endpoints()).toEqual([])
  })

  test('tries the way first that worked last', async () => {
    const edge = await edgeForTest({ alpn: ['http/1.1'] })
    const session = await sessionWith(edge)
    const connected = once(session, 'connected')
    const link = await edge.nextLink()
    link.cut()
    await connected
    expect((await edge.nextLink()).hello.agent.transport).toBe('websocket')
  })

  test('loses only the endpoint whose address cannot be had any more', async () => {
    const edge = await edgeForTest({
      onBind: (bind) => (bind.token === 'token of https://taken.example' ? failed(bind, 334) : bound(bind)),
    })
    const session = await sessionWith(edge)
    const link = await edge.nextLink()
    const taken = await session.bind({ ...request, url: 'https://taken.example' }, () => {})
    const kept = await session.bind(request, () => {})
    const joined = taken.join()
    const connected = once(session, 'connected')
    link.cut()
    await expect(joined).rejects.toMatchObject({ code: 'ERR_TUNNEL_334' })
    await connected
    expect(session.endpoints()).toEqual([kept])
    expect([kept.closed, session.state]).toEqual([false, 'online'])
  })

  test('tries all of it again when an endpoint may be had later', async () => {
    let refusals = 2
    const edge = await edgeForTest({
      onBind: (bind) => (bind.token !== undefined && refusals-- > 0 ? failed(bind, 503) : bound(bind)),
    })
    const session = await sessionWith(edge)
    const link = await edge.nextLink()
    const listener = await session.bind(request, () => {})
    const reasons: string[] = []
    session.on('disconnected', (error) => reasons.push(error.code))
    const connected = once(session, 'connected')
    link.cut()
    await connected
    expect(reasons).toEqual(['ERR_TUNNEL_810', 'ERR_TUNNEL_503', 'ERR_TUNNEL_503'])
    expect(session.endpoints()).toEqual([listener])
  })

  test('drops a cookie that the edge cannot read', async () => {
    const edge = await edgeForTest({ onHello: ({ cookie }) => (cookie === undefined ? welcome : refused(110)) })
    const session = await sessionWith(edge)
    const connected = once(session, 'connected')
    const first = await edge.nextLink()
    first.cut()
    await connected
    expect((await edge.nextLink()).hello.cookie).toBe('cookie-1')
    expect((await edge.nextLink()).hello.cookie).toBeUndefined()
  })

  test('asks without its token for an endpoint whose token the edge cannot read', async () => {
    const edge = await edgeForTest({ onBind: (bind) => (bind.token === undefined ? bound(bind) : failed(bind, 335)) })
    const session = await sessionWith(edge)
    const link = await edge.nextLink()
    const listener = await session.bind(request, () => {})
    const url = listener.url()
    const connected = once(session, 'connected')
    link.cut()
    await connected
    expect(session.endpoints()).toEqual([listener])
    expect(listener.url()).not.toBe(url)
  })

  test('takes an endpoint offline that was closed while the edge bound it again', async () => {
    const held: { bind: Bind; link: AgentLink }[] = []
    const edge = await edgeForTest({
      onBind: (bind, link) => {
        if (bind.token === undefined) return bound(bind)
        held.push({ bind, link })
        return undefined
      },
    })
    const session = await sessionWith(edge)
    const first = await edge.nextLink()
    const listener = await session.bind(request, () => {})
    const connected = once(session, 'connected')
    first.cut()
    const second = await edge.nextLink()
    await second.next('bind')
    const closed = listener.close()
    const { bind } = held[0] as { bind: Bind }
    const answer = bound(bind)
    second.send(answer)
    await Promise.all([closed, connected])
    expect((await second.next('unbind')).endpointId).toBe(answer.endpoint.id)
    expect(session.endpoints()).toEqual([])
  })

  test('binds once what is bound while it comes back', async () => {
    let late: Promise<unknown> | undefined
    const edge = await edgeForTest({
      onBind: (bind) => {
        // The second connection is there, and the session not yet online.
        if (bind.token !== undefined) late ??= session.bind({ ...request, name: 'late' }, () => {})
        return bound(bind)
      },
    })
    const session = await sessionWith(edge)
    const first = await edge.nextLink()
    await session.bind(request, () => {})
    const connected = once(session, 'connected')
    first.cut()
    await connected
    await late
    const second = await edge.nextLink()
    const names = [(await second.next('bind')).endpoint.name, (await second.next('bind')).endpoint.name]
    expect(names).toEqual([undefined, 'late'])
    await session.close()
    await second.closed
    const left: unknown[] = []
    while (second.messages.length > 0) left.push(await second.messages.next())
    expect(left).toEqual([])
  })

  test('comes back when it is lost right after its welcome', async () => {
    const edge = await edgeForTest({
      onHello: (_hello, link) => {
        if (edge.linkCount > 0) return welcome
        link.send(welcome)
        link.mux.close()
        return undefined
      },
    })
    const session = await Session.connect(optionsFor(edge, { keepTrying: true }))
    await edge.nextLink()
    const second = await edge.nextLink()
    await expect.poll(() => session.state).toBe('online')
    await session.bind(request, () => {})
    await second.next('bind')
    await session.close()
  })

  test('ends when the edge closes it for good while it binds its endpoints again', async () => {
    const edge = await edgeForTest({
      onBind: (bind, link) => {
        if (bind.token === undefined) return bound(bind)
        link.goodbye({ type: 'closing', error: wire(300) })
        return undefined
      },
    })
    const session = await sessionWith(edge)
    const link = await edge.nextLink()
    await session.bind(request, () => {})
    const closed = once(session, 'close')
    link.cut()
    expect(await closed).toMatchObject([{ code: 'ERR_TUNNEL_300' }])
    expect(edge.linkCount).toBe(2)
  })

  test('ends when the edge does not want it back', async () => {
    const edge = await edgeForTest({ onHello: () => (edge.linkCount === 0 ? welcome : refused(107)) })
    const session = await sessionWith(edge)
    const link = await edge.nextLink()
    const listener = await session.bind(request, () => {})
    const joined = listener.join()
    const closed = once(session, 'close')
    link.cut()
    expect(await closed).toMatchObject([{ code: 'ERR_TUNNEL_107' }])
    await expect(joined).rejects.toMatchObject({ code: 'ERR_TUNNEL_107' })
    expect(session.state).toBe('closed')
  })

  test('ends when the edge closes it for good', async () => {
    const edge = await edgeForTest()
    const session = await sessionWith(edge)
    const link = await edge.nextLink()
    const closed = once(session, 'close')
    link.goodbye({ type: 'closing', error: wire(300) })
    expect(await closed).toMatchObject([{ code: 'ERR_TUNNEL_300', retryable: false }])
    expect(edge.linkCount).toBe(1)
  })

  test('comes back when the edge closes it for now, and says why it was gone', async () => {
    const edge = await edgeForTest()
    const session = await sessionWith(edge)
    const link = await edge.nextLink()
    const disconnected = once(session, 'disconnected')
    const connected = once(session, 'connected')
    link.goodbye({ type: 'closing', error: wire(803) })
    expect((await disconnected)[0]).toMatchObject({ code: 'ERR_TUNNEL_803' })
    await connected
    expect(edge.linkCount).toBe(2)
  })

  test('comes back when the edge speaks nonsense', async () => {
    const edge = await edgeForTest()
    const session = await sessionWith(edge)
    const link = await edge.nextLink()
    const disconnected = once(session, 'disconnected')
    const connected = once(session, 'connected')
    link.send({ type: 'stop' } as unknown as EdgeMessage)
    expect((await disconnected)[0]).toMatchObject({ code: 'ERR_TUNNEL_801' })
    await connected
  })
})

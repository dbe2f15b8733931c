import { once } from 'node:events'
import { type EdgeMessage, STREAM_ACCEPTED, TunnelError } from '@tunnel/protocol'
import { describe, expect, test } from 'vitest'
import type { StreamHandler } from '../src/listener.ts'
import { bound, welcome } from './agent-link.ts'
import { hasOpenssl } from './certificates.ts'
import { edgeForTest, sessionWith } from './connected.ts'

const request = { protocol: 'https', upstream: { url: 'http://localhost:8080' } }
const wire = (number: number) => new TunnelError(number, `because of ${number}`).toWire()
const move: EdgeMessage = { type: 'closing', error: wire(803), resumeNow: true }

const echo: StreamHandler = (stream, _header, first) => {
  stream.write(STREAM_ACCEPTED)
  stream.write(first)
  stream.pipe(stream)
}

describe.skipIf(!hasOpenssl)('a session whose edge moves to another process (needs openssl)', () => {
  test('is at the new one with its names before it lets go of the old one, and serves both', async () => {
    const edge = await edgeForTest()
    const session = await sessionWith(edge, { backoff: { firstDelayMs: 3_600_000, maxDelayMs: 3_600_000 } })
    const disconnections: unknown[] = []
    session.on('disconnected', (error) => disconnections.push(error))
    const old = await edge.nextLink()
    const listener = await session.bind(request, echo)
    const before = { url: listener.url(), id: listener.id() }
    const running = old.exchange(before.id, 'begun before')

    const moved = once(session, 'connected')
    old.send(move)
    const next = await edge.nextLink()
    expect(next.hello.cookie).toBe('cookie-1')
    expect(await next.next('bind')).toMatchObject({ token: `token of ${before.url}` })
    await moved
    expect(listener.url()).toBe(before.url)
    expect(listener.id()).not.toBe(before.id)
    expect(await running).toMatchObject({ text: 'begun before' })
    expect(await old.exchange(before.id, 'old, after the move')).toMatchObject({ text: 'old, after the move' })
    expect(await next.exchange(listener.id(), 'new')).toMatchObject({ text: 'new' })

    old.goodbye({ type: 'closing', error: wire(803) })
    await old.closed
    expect(await next.exchange(listener.id(), 'new, alone')).toMatchObject({ text: 'new, alone' })
    expect([session.state, edge.linkCount, disconnections]).toEqual(['online', 2, []])
  })

  test('tries again while the new one is not ready, and nobody notices', async () => {
    let refusals = 2
    const edge = await edgeForTest({
      onHello: ({ cookie }) =>
        cookie !== undefined && refusals-- > 0 ? { type: 'refused', error: wire(802) } : welcome,
    })
    const session = await sessionWith(edge)
    const disconnections: unknown[] = []
    session.on('disconnected', (error) => disconnections.push(error))
    const old = await edge.nextLink()
    const moved = once(session, 'connected')
    old.send(move)
    await moved
    expect([edge.linkCount, disconnections]).toEqual([4, []])
  })

  test('comes back as after any loss when the old one is gone too early', async () => {
    const edge = await edgeForTest({ onBind: (bind) => (edge.linkCount < 2 ? bound(bind) : undefined) })
    const session = await sessionWith(edge)
    const old = await edge.nextLink()
    await session.bind(request, echo)
    old.send(move)
    const next = await edge.nextLink()
    const bind = await next.next('bind')
    old.cut()
    await expect.poll(() => session.state).toBe('reconnecting')
    const connected = once(session, 'connected')
    next.send(bound(bind))
    await connected
    expect([session.state, edge.linkCount]).toEqual(['online', 2])
  })

  test('binds at the new one what was asked of the old one meanwhile', async () => {
    let late: Promise<unknown> | undefined
    const edge = await edgeForTest({
      onBind: (bind) => {
        if (edge.linkCount === 2) late ??= session.bind({ ...request, url: 'https://late.example' }, echo)
        return bound(bind)
      },
    })
    const session = await sessionWith(edge)
    const old = await edge.nextLink()
    await session.bind(request, echo)
    const moved = once(session, 'connected')
    old.send(move)
    await moved
    await late
    const next = await edge.nextLink()
    const urls = [(await next.next('bind')).token, (await next.next('bind')).token]
    expect(urls).toContain('token of https://late.example')
    expect(session.endpoints()).toHaveLength(2)
  })

  test('closes both connections when it is closed', async () => {
    const edge = await edgeForTest()
    const session = await sessionWith(edge)
    const old = await edge.nextLink()
    const moved = once(session, 'connected')
    old.send(move)
    await moved
    const next = await edge.nextLink()
    await session.close()
    await Promise.all([old.closed, next.closed])
    expect(edge.linkCount).toBe(2)
  })

  test('stays where it is when the edge only says that it will close', async () => {
    const edge = await edgeForTest()
    const session = await sessionWith(edge)
    const link = await edge.nextLink()
    const listener = await session.bind(request, echo)
    link.send({ type: 'closing', error: wire(803) })
    expect(await link.exchange(listener.id(), 'still')).toMatchObject({ text: 'still' })
    expect([session.state, edge.linkCount]).toEqual(['online', 1])
  })
})

describe.skipIf(!hasOpenssl)('a session with several edges (needs openssl)', () => {
  test('asks the others for the address that the first one gave', async () => {
    const edges = [await edgeForTest(), await edgeForTest()] as const
    const session = await sessionWith(edges[0], { connect: edges.map((edge) => edge.connectionString) })
    const links = [await edges[0].nextLink(), await edges[1].nextLink()] as const
    await expect.poll(() => session.serverAddr).toBe(`${edges[0].host}:${edges[0].port}`)
    const listener = await session.bind(request, echo)
    expect((await links[1].next('bind')).endpoint.url).toBe(listener.url())
    expect(await links[0].exchange(listener.id(), 'one')).toMatchObject({ text: 'one' })
    await listener.close()
    for (const link of links) await link.next('unbind')
  })

  test('is online while one of them is', async () => {
    const edges = [await edgeForTest(), await edgeForTest()] as const
    const session = await sessionWith(edges[0], { connect: edges.map((edge) => edge.connectionString) })
    const links = [await edges[0].nextLink(), await edges[1].nextLink()] as const
    await expect.poll(() => session.serverAddr).toBe(`${edges[0].host}:${edges[0].port}`)
    const lost = once(session, 'edgeLost')
    links[0].goodbye({ type: 'closing', error: wire(300) })
    expect(await lost).toMatchObject([`${edges[0].host}:${edges[0].port}`, { code: 'ERR_TUNNEL_300' }])
    expect(session).toMatchObject({ state: 'online', serverAddr: `${edges[1].host}:${edges[1].port}` })
    const closed = once(session, 'close')
    links[1].goodbye({ type: 'closing', error: wire(300) })
    expect(await closed).toMatchObject([{ code: 'ERR_TUNNEL_300' }])
  })

  test('keeps an endpoint that only one of them refuses', async () => {
    const refusing = await edgeForTest({ onBind: ({ id }) => ({ type: 'failed', id, error: wire(319) }) })
    const edge = await edgeForTest()
    const session = await sessionWith(edge, { connect: [edge.connectionString, refusing.connectionString] })
    await refusing.nextLink()
    await expect.poll(() => session.serverAddr).toBe(`${edge.host}:${edge.port}`)
    const refused = once(session, 'refused')
    const listener = await session.bind(request, echo)
    expect(await refused).toMatchObject([listener, { code: 'ERR_TUNNEL_319' }])
    expect([session.endpoints(), listener.closed]).toEqual([[listener], false])
  })

  test('fails when the first attempt at each of them does', async () => {
    const gone = await Promise.all([edgeForTest({ alpn: ['h2'] }), edgeForTest({ alpn: ['h2'] })])
    const connect = gone.map((edge) => edge.connectionString)
    await expect(sessionWith(gone[0], { connect, transports: ['tls'] })).rejects.toMatchObject({
      code: 'ERR_TUNNEL_8004',
    })
  })
})

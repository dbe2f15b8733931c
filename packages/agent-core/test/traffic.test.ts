import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, createServer, type ListenOptions, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import type { TunnelError } from '@tunnel/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type ForwardEvents, forwardOver, listenOver, serveWith } from '../src/index.ts'
import { bound, readReply } from './agent-link.ts'
import { createLeaf, hasOpenssl } from './certificates.ts'
import { edgeForTest, sessionWith, trustedCa } from './connected.ts'
import type { FakeEdgeOptions } from './fake-edge.ts'
import { Queue } from './queue.ts'
import { freePort } from './tls-server.ts'

/** Answers what it was sent, in capitals, once the sender has ended. */
const shout = (socket: Socket): void => {
  const chunks: Buffer[] = []
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.on('end', () => socket.end(Buffer.concat(chunks).toString().toUpperCase()))
}

async function serve(server: Server, where: ListenOptions = { host: '127.0.0.1', port: 0 }): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  await once(server.listen(where), 'listening')
  return (server.address() as AddressInfo).port
}

const upstreamFor = (onConnection: (socket: Socket) => void): Promise<number> =>
  serve(createServer({ allowHalfOpen: true }, onConnection))

async function connected(options: FakeEdgeOptions = {}) {
  const edge = await edgeForTest(options)
  const session = await sessionWith(edge)
  return { session, link: await edge.nextLink() }
}

describe.skipIf(!hasOpenssl)('forwardOver (needs openssl)', () => {
  test('carries bytes both ways, and the end of each way by itself', async () => {
    const { session, link } = await connected()
    const listener = await forwardOver(session, { proto: 'tcp', addr: `127.0.0.1:${await upstreamFor(shout)}` })
    expect(await link.exchange(listener.id(), 'hello')).toEqual({ text: 'HELLO' })
  })

  test('carries what is larger than any window', async () => {
    const { session, link } = await connected()
    const port = await upstreamFor((socket) => socket.pipe(socket))
    const listener = await forwardOver(session, { proto: 'tcp', addr: `127.0.0.1:${port}` })
    const text = 'tunnel '.repeat(500_000)
    expect((await link.exchange(listener.id(), text)).text === text).toBe(true)
  })

  test('serves a visitor that came right behind the answer to the bind', async () => {
    const replies = new Queue<ReturnType<typeof readReply>>()
    const { session } = await connected({
      onBind: (bind, link) => {
        const answer = bound(bind)
        link.send(answer)
        const stream = link.openStream(answer.endpoint.id)
        stream.end('early')
        replies.push(readReply(stream))
        return undefined
      },
    })
    await forwardOver(session, { proto: 'tcp', addr: `127.0.0.1:${await upstreamFor(shout)}` })
    expect(await await replies.next()).toEqual({ text: 'EARLY' })
  })

  test('reaches a unix socket', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tunnel-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const path = join(directory, 'app.sock')
    await serve(createServer({ allowHalfOpen: true }, shout), { path })
    const { session, link } = await connected()
    const listener = await forwardOver(session, { addr: `unix:${path}` })
    expect(await link.exchange(listener.id(), 'hello')).toEqual({ text: 'HELLO' })
  })

  test('reports what became of a connection', async () => {
    const { session, link } = await connected()
    const events: string[] = []
    let closed: (() => void) | undefined
    const whenClosed = new Promise<void>((resolve) => {
      closed = resolve
    })
    const report: ForwardEvents = {
      onOpened: (visitorAddress) => events.push(`opened for ${visitorAddress}`),
      onClosed: ({ bytesIn, bytesOut }) => {
        events.push(`closed after ${bytesIn} and ${bytesOut} bytes`)
        closed?.()
      },
    }
    const listener = await forwardOver(session, { proto: 'tcp', addr: `127.0.0.1:${await upstreamFor(shout)}` }, report)
    await link.exchange(listener.id(), 'hello')
    await whenClosed
    expect(events).toEqual(['opened for 203.0.113.7:40000', 'closed after 5 and 5 bytes'])
  })

  test('tells the edge why the upstream cannot be reached', async () => {
    const { session, link } = await connected()
    const failures: TunnelError[] = []
    const port = await freePort()
    const listener = await forwardOver(
      session,
      { addr: `127.0.0.1:${port}` },
      { onFailed: (error) => failures.push(error) },
    )
    const { refused, text } = await link.exchange(listener.id(), 'hello')
    expect(refused).toMatchObject({
      code: 'ERR_TUNNEL_8012',
      message: `connection refused (127.0.0.1:${port})`,
      retryable: true,
    })
    expect(text).toBe('')
    expect(failures.map(({ message }) => message)).toEqual([refused?.message])
  })

  test('gives up on an upstream that does not answer in time', async () => {
    const { session, link } = await connected()
    const port = await upstreamFor((socket) => void socket.on('error', () => {}).resume())
    const listener = await forwardOver(session, { addr: `https://127.0.0.1:${port}`, dial_timeout_ms: 50 })
    const { refused } = await link.exchange(listener.id(), '')
    expect(refused).toMatchObject({ code: 'ERR_TUNNEL_8012', message: 'no connection within 50 ms' })
  })

  test('verifies an https upstream unless told not to', async () => {
    const leaf = createLeaf(trustedCa as NonNullable<typeof trustedCa>)
    const server = createTlsServer({ cert: leaf.cert, key: leaf.key }, (socket) => socket.end('hello'))
    const addr = `https://127.0.0.1:${await serve(server)}`
    const { session, link } = await connected()
    const [strict, lax] = await Promise.all([
      forwardOver(session, { addr }),
      forwardOver(session, { addr, verify_upstream_tls: false }),
    ])
    expect((await link.exchange(strict.id(), '')).refused).toMatchObject({ code: 'ERR_TUNNEL_8012' })
    expect(await link.exchange(lax.id(), '')).toEqual({ text: 'hello' })
  })

  test('refuses a CA file that it cannot read before it puts anything online', async () => {
    const { session, link } = await connected()
    const config = { addr: 'https://localhost', upstream_tls_ca_file: '/nowhere/ca.pem' }
    await expect(forwardOver(session, config)).rejects.toMatchObject({
      code: 'ERR_TUNNEL_8003',
      message: 'CA file /nowhere/ca.pem cannot be read: ENOENT',
    })
    await session.close()
    await link.closed
    expect(link.messages.length).toBe(1)
  })

  test('breaks off the upstream when the visitor breaks off: it must not look like an end', async () => {
    const { session, link } = await connected()
    const sockets = new Queue<Socket>()
    const port = await upstreamFor((socket) => sockets.push(socket.on('error', () => {})))
    const listener = await forwardOver(session, { proto: 'tcp', addr: `127.0.0.1:${port}` })
    const stream = link.openStream(listener.id())
    stream.write('hello')
    const socket = await sockets.next()
    await once(socket, 'data')
    const broken = new Promise((resolve) => socket.once('error', resolve))
    stream.destroy()
    expect(await broken).toMatchObject({ code: 'ECONNRESET' })
  })

  test('resets the visitor when the upstream breaks', async () => {
    const { session, link } = await connected()
    const port = await upstreamFor((socket) => void socket.once('data', () => socket.resetAndDestroy()))
    const listener = await forwardOver(session, { proto: 'tcp', addr: `127.0.0.1:${port}` })
    const stream = link.openStream(listener.id())
    stream.resume()
    const closed = new Promise((resolve) => stream.once('close', resolve))
    stream.write('hello')
    await closed
    expect(stream.readableEnded).toBe(false)
  })

  test('refuses a stream of an endpoint that it does not serve', async () => {
    const { link } = await connected()
    expect((await link.exchange('ep_unknown', 'hello')).refused).toMatchObject({ code: 'ERR_TUNNEL_3209' })
  })

  test('resets a stream whose header it cannot read', async () => {
    const { session, link } = await connected()
    const stream = link.mux.open()
    stream.write(Buffer.from('ffff', 'hex'))
    await expect(once(stream, 'close')).rejects.toMatchObject({ code: 'ERR_YAMUX_STREAM_RESET' })
    expect(session.state).toBe('online')
  })
})

describe.skipIf(!hasOpenssl)('listenOver (needs openssl)', () => {
  test('hands over connections with the address of the visitor', async () => {
    const { session, link } = await connected()
    const listener = await listenOver(session, { proto: 'tcp' })
    expect(listener.forwardsTo()).toBe('this program')
    listener.on('connection', (socket) => {
      socket.on('data', (data) => socket.end(`${data} from ${socket.remoteAddress} ${socket.remotePort}`))
    })
    const stream = link.openStream(listener.id(), { visitorAddress: '[2001:db8::1]:40000' })
    stream.write('hello')
    expect(await readReply(stream)).toEqual({ text: 'hello from 2001:db8::1 40000' })
  })

  test('keeps what arrives before somebody reads', async () => {
    const { session, link } = await connected()
    const listener = await listenOver(session, { proto: 'tcp' })
    const port = await upstreamFor(shout)
    listener.on('connection', (socket) => {
      const upstream = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
      upstream.once('connect', () => {
        socket.pipe(upstream).pipe(socket)
      })
    })
    expect(await link.exchange(listener.id(), 'hello')).toEqual({ text: 'HELLO' })
  })

  test('refuses visitors while nobody serves them', async () => {
    const { session, link } = await connected()
    const listener = await listenOver(session, {})
    expect((await link.exchange(listener.id(), 'hello')).refused).toMatchObject({ code: 'ERR_TUNNEL_8012' })
  })

  test('lets a server serve that listens nowhere', async () => {
    const { session, link } = await connected()
    const app = createHttpServer((request, response) => {
      response.setHeader('connection', 'close').end(`${request.url} for ${request.socket.remoteAddress}`)
    })
    serveWith(await listenOver(session, { url: 'https://a.example' }), app)
    const id = session.endpoints()[0]?.id() as string
    const { text } = await link.exchange(id, 'GET /path HTTP/1.1\r\nHost: a.example\r\n\r\n')
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(text).toContain('/path for 203.0.113.7')
  })
})

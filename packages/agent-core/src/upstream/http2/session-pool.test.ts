import { once } from 'node:events'
import {
  type ClientHttp2Stream,
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { SessionPool } from './session-pool.ts'

interface Upstream {
  server: Http2Server
  sessions: ServerHttp2Session[]
  streams: ServerHttp2Stream[]
  dial: () => Promise<Socket>
}

/** An upstream that takes so many streams on a connection, and answers none. */
async function startUpstream(maxConcurrentStreams: number): Promise<Upstream> {
  const server = createServer({ settings: { maxConcurrentStreams } })
  const sessions: ServerHttp2Session[] = []
  const streams: ServerHttp2Stream[] = []
  server.on('session', (session) => sessions.push(session))
  server.on('stream', (stream: ServerHttp2Stream) => streams.push(stream.on('error', () => {})))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(async () => {
    const closed = once(server, 'close')
    server.close()
    for (const session of sessions) session.destroy()
    await closed
  })
  const { port } = server.address() as AddressInfo
  return {
    server,
    sessions,
    streams,
    dial: async () => {
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      return socket
    },
  }
}

const ask = async (pool: SessionPool): Promise<ClientHttp2Stream> => {
  const stream = await pool.request({ ':path': '/', ':authority': 'a.example' }, { endStream: true })
  return stream.on('error', () => {}).resume()
}

/** Has a new connection with a request on it, whose upstream has said how many streams it takes. */
async function open(pool: SessionPool, { server }: Upstream): Promise<void> {
  const asked = once(server, 'stream')
  const stream = await ask(pool)
  await once(stream.session as NonNullable<typeof stream.session>, 'remoteSettings')
  await asked
}

test('shares one connection, also among those who came before it was there', async () => {
  const { sessions, dial } = await startUpstream(100)
  const pool = new SessionPool(dial)
  const streams = await Promise.all(Array.from({ length: 20 }, () => ask(pool)))
  expect(new Set(streams.map(({ session }) => session)).size).toBe(1)
  expect(sessions.length).toBe(1)
})

test('opens another one when the upstream takes no more on the first, up to maxSessions', async () => {
  const upstream = await startUpstream(2)
  const pool = new SessionPool(upstream.dial, { maxSessions: 3 })
  for (let count = 1; count <= 3; count++) {
    await open(pool, upstream)
    await ask(pool)
    expect(upstream.sessions.length).toBe(count)
  }
  await ask(pool)
  expect(upstream.sessions.length).toBe(3)
})

test('a request that found no free stream is served when there is one', async () => {
  const upstream = await startUpstream(1)
  const pool = new SessionPool(upstream.dial, { maxSessions: 1 })
  await open(pool, upstream)
  const answered = once(await ask(pool), 'response')
  const asked = once(upstream.server, 'stream')
  upstream.streams[0]?.respond({ ':status': 200 }, { endStream: true })
  await asked
  upstream.streams[1]?.respond({ ':status': 200 }, { endStream: true })
  await answered
})

test('tells everybody who waits why there is no connection, and tries anew for the next', async () => {
  const { dial } = await startUpstream(100)
  let dials = 0
  const pool = new SessionPool(() => (dials++ === 0 ? Promise.reject(new Error('not yet')) : dial()))
  const outcomes = await Promise.allSettled([ask(pool), ask(pool)])
  expect(outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason.message)).toEqual(['not yet', 'not yet'])
  await ask(pool)
  expect(dials).toBe(2)
})

test('closes a connection that has been idle', async () => {
  const upstream = await startUpstream(100)
  const { sessions, streams } = upstream
  const pool = new SessionPool(upstream.dial, { sessionIdleTimeoutMs: 50 })
  await open(pool, upstream)
  const closed = once(sessions[0] as ServerHttp2Session, 'close')
  streams[0]?.respond({ ':status': 200 }, { endStream: true })
  await closed
})

test('closed, it lets what runs come to its end', async () => {
  const upstream = await startUpstream(100)
  const { sessions, streams } = upstream
  const pool = new SessionPool(upstream.dial)
  await open(pool, upstream)
  pool.close()
  const closed = once(sessions[0] as ServerHttp2Session, 'close')
  expect(sessions[0]?.destroyed).toBe(false)
  streams[0]?.respond({ ':status': 200 }, { endStream: true })
  await closed
})

import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { createDuplexPair } from '@tunnel/testkit'
import { expect, test } from 'vitest'
import { Client, Server, type Stream } from '../src/index.ts'
import { ACK, DATA, FIN, frameBytes, GO_AWAY, PING, RawPeer, RST, SYN, WINDOW } from './raw-peer.ts'
import { clientWithRawPeer, readAll, serverWithRawPeer, sessionPair, settle, whenClosed } from './sessions.ts'

/** The next exception that reaches the process, instead of the test runner. */
async function uncaught(): Promise<unknown> {
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  const [error] = await once(process, 'uncaughtException')
  for (const listener of listeners) process.on('uncaughtException', listener)
  return error
}

const echo = (stream: Stream) => stream.on('error', () => {}).pipe(stream)

test('carries bytes both ways on many streams', async () => {
  const { client } = sessionPair({ onStream: echo })
  const answers = Array.from({ length: 50 }, async (_, i) => {
    const stream = client.open()
    stream.end(`message ${i}`)
    return readAll(stream)
  })
  expect(await Promise.all(answers)).toEqual(Array.from({ length: 50 }, (_, i) => `message ${i}`))
  await settle()
  expect(client.streamCount).toBe(0)
})

test('both sides open streams', async () => {
  const { client, server } = sessionPair({ onStream: echo, client: { onStream: echo } })
  const fromClient = client.open()
  const fromServer = server.open()
  fromClient.end('up')
  fromServer.end('down')
  expect([fromClient.id, fromServer.id]).toEqual([1, 2])
  expect([await readAll(fromClient), await readAll(fromServer)]).toEqual(['up', 'down'])
})

test('a client without onStream emits the streams of the peer', async () => {
  const { client, server } = sessionPair()
  const accepted = once(client, 'stream')
  server.open().end('hi')
  const [stream] = (await accepted) as [Stream]
  expect(stream.session).toBe(client)
  expect(await readAll(stream)).toBe('hi')
})

test('refuses streams that nobody takes', async () => {
  const { server } = sessionPair()
  const stream = server.open()
  const [error] = await once(stream, 'error')
  expect(error).toMatchObject({ code: 'ERR_YAMUX_STREAM_REFUSED', retryable: true })
})

test('carries more than a window, and counts it', async () => {
  const { client, accepted } = sessionPair()
  const sent = Buffer.alloc(3_000_000, 'some bytes that repeat ')
  const stream = client.open()
  stream.end(sent)
  await settle(1)
  while (accepted.length === 0) await settle(1)
  expect((await buffer(accepted[0]!)).equals(sent)).toBe(true)
  expect([stream.bytesWritten, accepted[0]!.bytesRead]).toEqual([sent.length, sent.length])
})

test('keeps reading after it has ended its own side', async () => {
  const { client, accepted } = sessionPair()
  const stream = client.open()
  stream.end('question')
  const [, question] = await Promise.all([once(stream, 'finish'), settle().then(() => readAll(accepted[0]!))])
  expect(question).toBe('question')
  expect(stream.readableEnded).toBe(false)
  accepted[0]!.end('answer')
  expect(await readAll(stream)).toBe('answer')
})

test('keeps writing after the peer has ended its side', async () => {
  const { client, accepted } = sessionPair()
  const stream = client.open()
  stream.resume()
  await settle()
  accepted[0]!.end()
  await once(stream, 'end')
  stream.end('still here')
  expect(await readAll(accepted[0]!)).toBe('still here')
})

test('reset ends both directions at both sides', async () => {
  const { client, accepted } = sessionPair()
  const stream = client.open()
  await settle()
  const failed = once(accepted[0]!, 'error')
  stream.reset()
  expect((await failed)[0]).toMatchObject({ code: 'ERR_YAMUX_STREAM_RESET', retryable: false })
  expect([client.streamCount, stream.session.streamCount]).toEqual([0, 0])
})

test('destroy after both sides ended sends no reset', async () => {
  const { client, peer } = clientWithRawPeer()
  const stream = client.open()
  stream.end()
  await peer.frame({ streamId: 1 })
  peer.send(frameBytes(WINDOW, ACK | FIN, 1, 0))
  stream.resume()
  await once(stream, 'close')
  stream.destroy()
  await peer.roundTrip()
  expect(peer.frames.filter((frame) => frame.flags & RST)).toEqual([])
})

// hashicorp's Go would take the end before the data if they came in one frame.
test('opens a stream with its first data, and ends it in a frame of its own', async () => {
  const { client, peer } = clientWithRawPeer()
  const stream = client.open()
  stream.write('head ')
  stream.end('body')
  await peer.roundTrip()
  const frames = peer.frames.filter((frame) => frame.streamId === 1)
  expect(frames).toEqual([
    { type: DATA, flags: SYN, streamId: 1, length: 9, payload: Buffer.from('head body') },
    { type: WINDOW, flags: FIN, streamId: 1, length: 0, payload: Buffer.alloc(0) },
  ])
})

test('acknowledges a stream with its first answer', async () => {
  const { peer, accepted } = serverWithRawPeer()
  peer.send(frameBytes(WINDOW, SYN, 1, 0))
  await settle(1)
  accepted[0]?.write('at once')
  await peer.frame({ streamId: 1 })
  expect(peer.frames[0]).toMatchObject({ flags: ACK })
})

test('ends a stream that was never written to', async () => {
  const { client, peer } = clientWithRawPeer()
  client.open().end()
  expect(await peer.frame({ streamId: 1 })).toMatchObject({ type: WINDOW, flags: SYN | FIN, length: 0 })
})

test.each([
  [24, 1],
  [49, 3],
])('writes the frames of a turn at once, up to 24 streams: %i streams in %i writes', async (streams, writes) => {
  const { client, peer } = clientWithRawPeer()
  for (let i = 0; i < streams; i++) client.open().write('small')
  await peer.until(() => peer.frames.length === streams)
  expect(peer.writes).toHaveLength(writes)
})

test('an unsent stream that is destroyed leaves no trace on the wire', async () => {
  const { client, peer } = clientWithRawPeer()
  client.open().destroy()
  await peer.roundTrip()
  expect(peer.frames.filter((frame) => frame.streamId !== 0)).toEqual([])
  expect(client.streamCount).toBe(0)
})

test('a stream destroyed before its ACK left is reset, not refused', async () => {
  const { peer, server } = serverWithRawPeer({ onStream: (stream) => stream.destroy() })
  peer.send(frameBytes(WINDOW, SYN, 1, 0))
  expect(await peer.frame({ streamId: 1 })).toMatchObject({ flags: ACK | RST })
  expect(server.streamCount).toBe(0)
})

test('a failed write callback gets the error of the reset', async () => {
  const { client, peer } = clientWithRawPeer()
  const stream = client.open()
  const results: unknown[] = []
  stream.write(Buffer.alloc(300 * 1024), (error) => results.push(error))
  const failed = once(stream, 'error')
  await peer.frame({ streamId: 1 })
  peer.send(frameBytes(WINDOW, ACK | RST, 1, 0))
  const [error] = await failed
  expect(error).toMatchObject({ code: 'ERR_YAMUX_STREAM_RESET' })
  expect(results).toEqual([error])
})

test('ping measures the round trip and all who ask share it', async () => {
  const { client, peer, clock } = clientWithRawPeer()
  const events: number[] = []
  client.on('ping', (rttMs: number) => events.push(rttMs))
  const answers = [client.ping(), client.ping()]
  const { length } = await peer.frame({ type: PING, flags: SYN })
  clock.advance(42)
  peer.send(frameBytes(PING, ACK, 0, length))
  expect(await Promise.all(answers)).toEqual([42, 42])
  expect(events).toEqual([42])
  expect(client.rttMs).toBe(42)
  expect(peer.frames.filter((frame) => frame.type === PING)).toHaveLength(1)
})

test('ping rejects after keepAliveTimeout of silence, and the session goes on without keepalive', async () => {
  const { client, clock, errors } = clientWithRawPeer({ enableKeepAlive: false, keepAliveTimeout: 2 })
  const answer = client.ping()
  clock.advance(2000)
  await expect(answer).rejects.toMatchObject({
    code: 'ERR_YAMUX_PING_TIMEOUT',
    message: expect.stringContaining('2000 ms'),
  })
  expect(client.isClosed()).toBe(false)
  expect(errors).toEqual([])
})

test('an answer to no ping of ours is ignored', async () => {
  const { client, peer } = clientWithRawPeer()
  peer.send(frameBytes(PING, ACK, 0, 77))
  void client.ping()
  const { length } = await peer.frame({ type: PING, flags: SYN })
  peer.send(frameBytes(PING, ACK, 0, length + 1))
  await peer.roundTrip()
  expect(client.rttMs).toBe(undefined)
})

test('keepalive pings at its interval and closes a session whose peer stays silent', async () => {
  const { client, errors, clock, peer } = clientWithRawPeer({ keepAliveInterval: 10, keepAliveTimeout: 15 })
  const stream = client.open()
  const streamFailed = once(stream, 'error')
  await peer.frame({ streamId: 1 })
  clock.advance(10_000)
  const { length } = await peer.frame({ type: PING, flags: SYN })
  const answered = once(client, 'ping')
  peer.send(frameBytes(PING, ACK, 0, length))
  await answered
  clock.advance(10_000)
  clock.advance(14_999)
  expect(client.isClosed()).toBe(false)
  clock.advance(1)
  expect(client.isClosed()).toBe(true)
  expect((await streamFailed)[0]).toMatchObject({ code: 'ERR_YAMUX_KEEPALIVE_TIMEOUT' })
  expect(errors).toMatchObject([{ code: 'ERR_YAMUX_KEEPALIVE_TIMEOUT', message: expect.stringContaining('15000 ms') }])
})

test('any bytes count as a sign of life', async () => {
  const { client, clock, peer } = clientWithRawPeer({ keepAliveInterval: 10, keepAliveTimeout: 15 })
  clock.advance(10_000)
  clock.advance(14_000)
  await peer.roundTrip()
  clock.advance(1000)
  expect(client.isClosed()).toBe(false)
  clock.advance(15_000)
  expect(client.isClosed()).toBe(true)
})

test('enableKeepAlive false sends no pings', async () => {
  const { clock } = clientWithRawPeer({ enableKeepAlive: false })
  expect(clock.pending).toBe(0)
})

test('goAway refuses new streams both ways and lets old ones go on', async () => {
  const { client, server, accepted } = sessionPair()
  const before = client.open()
  await settle()
  const announced = once(client, 'goaway')
  server.goAway()
  server.goAway()
  expect(() => server.open()).toThrow(
    expect.objectContaining({ code: 'ERR_YAMUX_GOING_AWAY', message: 'this side takes no new streams' }),
  )
  const late = client.open()
  expect((await once(late, 'error'))[0]).toMatchObject({ code: 'ERR_YAMUX_STREAM_REFUSED' })
  expect(await announced).toEqual([0])
  expect(() => client.open()).toThrow(
    expect.objectContaining({ code: 'ERR_YAMUX_GOING_AWAY', message: 'the peer takes no new streams' }),
  )
  before.end('still works')
  expect(await readAll(accepted[0]!)).toBe('still works')
})

test('drain waits for the open streams, then closes', async () => {
  const { client, server, accepted } = sessionPair()
  const stream = client.open()
  await settle()
  let isDrained = false
  const drained = server.drain().then(() => {
    isDrained = true
  })
  await settle()
  expect(isDrained).toBe(false)
  stream.end('bye')
  const received = readAll(accepted[0]!)
  accepted[0]!.end('bye')
  expect([await readAll(stream), await received]).toEqual(['bye', 'bye'])
  await drained
  expect(server.isClosed()).toBe(true)
})

test('drain closes an idle session at once, and resolves for a closed one', async () => {
  const { server } = sessionPair()
  await server.drain()
  await server.drain()
  expect(server.closed).toBe(true)
})

test.each([1, 2, 99])('a go-away with code %i ends the session', async (code) => {
  const { client, peer, errors } = clientWithRawPeer()
  const announced = once(client, 'goaway')
  const failed = once(client.open(), 'error')
  peer.send(frameBytes(GO_AWAY, 0, 0, code))
  expect(await announced).toEqual([code])
  expect((await failed)[0]).toMatchObject({ code: 'ERR_YAMUX_REMOTE_ERROR' })
  peer.far.end()
  await whenClosed(client)
  expect(errors).toMatchObject([{ code: 'ERR_YAMUX_REMOTE_ERROR', message: `peer went away with code ${code}` }])
})

test('close sends what was written, then a go-away, then ends the connection', async () => {
  const { client, peer, errors } = clientWithRawPeer()
  const stream = client.open()
  stream.write('last words')
  client.close()
  client.close()
  expect(client.isClosed()).toBe(true)
  await once(peer.far, 'end')
  expect(peer.frames.map(({ type, length }) => [type, length])).toEqual([
    [GO_AWAY, 0],
    [DATA, 10],
  ])
  expect(stream.destroyed).toBe(true)
  peer.far.end()
  await whenClosed(client)
  expect(errors).toEqual([])
})

test('a closing session does not wait for its peer for ever', async () => {
  const { client, clock, peer } = clientWithRawPeer({ connectionWriteTimeout: 5 })
  client.close()
  await once(peer.far, 'end')
  clock.advance(5000)
  await whenClosed(client)
  expect(peer.connection.destroyed).toBe(true)
})

test('close with an error tells the peer and fails the streams', async () => {
  const { client, clientErrors, server, serverErrors, accepted } = sessionPair()
  const stream = client.open()
  await settle()
  const reason = new TypeError('ours')
  const failures = Promise.all([once(stream, 'error'), once(accepted[0]!, 'error'), whenClosed(server)])
  client.close(reason)
  const [[local], [remote]] = await failures
  expect(local).toBe(reason)
  expect(remote).toMatchObject({ code: 'ERR_YAMUX_REMOTE_ERROR' })
  await settle()
  expect(clientErrors).toEqual([reason])
  expect(serverErrors).toMatchObject([{ message: 'peer went away with code 2' }])
})

test('abort ends everything at once', async () => {
  const { client, peer, errors } = clientWithRawPeer()
  const stream = client.open()
  const failed = once(stream, 'error')
  const reason = new Error('enough')
  client.abort(reason)
  client.abort()
  expect([client.isClosed(), client.streamCount, peer.connection.destroyed]).toEqual([true, 0, true])
  expect((await failed)[0]).toBe(reason)
  expect(errors).toEqual([reason])
})

test('a closed session opens and pings nothing, and takes no connection', async () => {
  const { client, peer } = clientWithRawPeer()
  const pending = client.ping()
  client.abort()
  await expect(pending).rejects.toMatchObject({ code: 'ERR_YAMUX_SESSION_CLOSED' })
  await expect(client.ping()).rejects.toMatchObject({ code: 'ERR_YAMUX_SESSION_CLOSED' })
  expect(() => client.open()).toThrow(expect.objectContaining({ code: 'ERR_YAMUX_SESSION_CLOSED' }))
  expect(() => client.attach(peer.far)).toThrow(expect.objectContaining({ code: 'ERR_YAMUX_SESSION_CLOSED' }))
})

test('takes one connection only', () => {
  const { client, peer } = clientWithRawPeer()
  expect(() => client.attach(peer.far)).toThrow(expect.objectContaining({ code: 'ERR_YAMUX_ATTACHED' }))
})

test('streams fail and the session closes without error when the peer ends the connection', async () => {
  const { client, peer, errors } = clientWithRawPeer()
  const failed = once(client.open(), 'error')
  await peer.roundTrip()
  peer.far.end()
  expect((await failed)[0]).toMatchObject({ code: 'ERR_YAMUX_SESSION_CLOSED', retryable: true })
  await settle()
  expect([client.closed, errors]).toEqual([true, []])
})

test('a reader gets all that came before the end of the session', async () => {
  const { peer, accepted } = serverWithRawPeer()
  peer.send(frameBytes(DATA, SYN | FIN, 1, 3, Buffer.from('bye')))
  peer.far.end()
  await settle()
  const stream = accepted[0]!
  const received: Buffer[] = []
  const failed = once(stream, 'error')
  stream.on('data', (chunk: Buffer) => received.push(chunk))
  expect((await failed)[0]).toMatchObject({ code: 'ERR_YAMUX_SESSION_CLOSED' })
  expect(Buffer.concat(received).toString()).toBe('bye')
})

test('the end of the session is no error for a stream that both sides had ended', async () => {
  const { client, peer } = clientWithRawPeer()
  const stream = client.open()
  const failures: Error[] = []
  stream.on('error', (error) => failures.push(error))
  stream.end('question')
  await peer.frame({ streamId: 1 })
  peer.send(frameBytes(DATA, ACK | FIN, 1, 6, Buffer.from('answer')))
  peer.far.end()
  await whenClosed(client)
  expect(await readAll(stream)).toBe('answer')
  expect(failures).toEqual([])
})

test('a write to a stream whose session is gone fails', async () => {
  const { peer, accepted } = serverWithRawPeer()
  peer.send(frameBytes(DATA, SYN | FIN, 1, 3, Buffer.from('bye')))
  peer.far.end()
  await settle()
  const failed = once(accepted[0]!, 'error')
  accepted[0]!.write('too late')
  expect((await failed)[0]).toMatchObject({ code: 'ERR_YAMUX_SESSION_CLOSED' })
})

test('a broken connection fails the session and its streams, and keeps the cause', async () => {
  const { client, peer, errors } = clientWithRawPeer()
  const failed = once(client.open(), 'error')
  const cause = new Error('read ECONNRESET')
  peer.connection.destroy(cause)
  expect((await failed)[0]).toMatchObject({ code: 'ERR_YAMUX_CONNECTION', cause })
  await settle()
  expect(errors).toMatchObject([{ code: 'ERR_YAMUX_CONNECTION', message: 'connection failed: read ECONNRESET' }])
})

test('reads a connection that was left paused, from the bytes that were put back', async () => {
  const [near, far] = createDuplexPair()
  far.write(Buffer.concat([Buffer.from('greeting'), frameBytes(PING, SYN, 0, 7)]))
  await once(near, 'readable')
  near.unshift((near.read() as Buffer).subarray(8))
  near.pause()
  const server = new Server(undefined, { enableKeepAlive: false }).attach(near)
  expect((await once(far, 'data'))[0]).toEqual(frameBytes(PING, ACK, 0, 7))
  server.abort()
})

test('closes at once on a connection that is gone already', async () => {
  const [near] = createDuplexPair()
  near.destroy()
  await once(near, 'close')
  const server = new Server(undefined, { enableKeepAlive: false }).attach(near)
  await whenClosed(server)
  expect(near.listenerCount('data')).toBe(0)
})

test('a connection destroyed without error closes the session', async () => {
  const { client, peer } = clientWithRawPeer()
  peer.connection.destroy()
  await whenClosed(client)
  expect(client.isClosed()).toBe(true)
})

test('what is opened before the connection is there leaves with it', async () => {
  const client = new Client({ enableKeepAlive: false })
  const stream = client.open()
  stream.end('early')
  await settle()
  const peer = new RawPeer(client)
  expect((await peer.frame({ streamId: 1 })).payload.toString()).toBe('early')
  client.abort()
})

test('an idle session can be closed before it has a connection', async () => {
  const server = new Server()
  server.close()
  await whenClosed(server)
})

test('refuses to open more than maxStreams', () => {
  const { client } = clientWithRawPeer({ maxStreams: 2 })
  client.open().on('error', () => {})
  client.open().on('error', () => {})
  expect(() => client.open()).toThrow(
    expect.objectContaining({ code: 'ERR_YAMUX_MAX_STREAMS', message: '2 open streams reach maxStreams 2' }),
  )
})

test('holds streams back while acceptBacklog of them await their ACK', async () => {
  const { client, peer } = clientWithRawPeer({ acceptBacklog: 2 })
  for (let i = 0; i < 4; i++)
    client
      .open()
      .on('error', () => {})
      .end(`stream ${i}`)
  await peer.roundTrip()
  expect(
    peer.frames.filter((frame) => frame.flags & SYN && frame.type === DATA).map((frame) => frame.streamId),
  ).toEqual([1, 3])
  peer.send(frameBytes(WINDOW, ACK, 3, 0))
  expect((await peer.frame({ streamId: 5 })).payload.toString()).toBe('stream 2')
  peer.send(frameBytes(WINDOW, RST, 1, 0))
  expect((await peer.frame({ streamId: 7 })).payload.toString()).toBe('stream 3')
})

test('a stream that is destroyed while it is held back gives up its place', async () => {
  const { client, peer } = clientWithRawPeer({ acceptBacklog: 1 })
  client.open()
  const second = client.open()
  client.open().write('third')
  await peer.roundTrip()
  second.destroy()
  peer.send(frameBytes(WINDOW, ACK, 1, 0))
  expect((await peer.frame({ streamId: 5 })).payload.toString()).toBe('third')
  expect(peer.frames.some((frame) => frame.streamId === 3)).toBe(false)
})

test('the reset of an unacknowledged stream leaves before the stream that takes its place', async () => {
  const { client, peer } = clientWithRawPeer({ acceptBacklog: 1 })
  const first = client.open()
  client.open()
  await peer.roundTrip()
  first.destroy()
  await peer.frame({ streamId: 3 })
  expect(peer.frames.filter((frame) => frame.streamId > 0).map(({ streamId, flags }) => [streamId, flags])).toEqual([
    [1, SYN],
    [1, RST],
    [3, SYN],
  ])
})

test('onStream that throws costs the session nothing', async () => {
  const { peer, server, errors } = serverWithRawPeer({
    onStream: () => {
      throw new Error('handler')
    },
  })
  const thrown = uncaught()
  peer.send(frameBytes(WINDOW, SYN, 1, 0))
  expect(await thrown).toMatchObject({ message: 'handler' })
  await peer.roundTrip()
  expect([server.isClosed(), errors]).toEqual([false, []])
})

test('a listener that throws costs no other stream its data', async () => {
  const { peer, accepted } = serverWithRawPeer()
  peer.send(frameBytes(WINDOW, SYN, 1, 0), frameBytes(WINDOW, SYN, 3, 0))
  await peer.roundTrip()
  const received: string[] = []
  accepted[0]!.on('data', () => {
    throw new Error('listener')
  })
  accepted[1]!.on('data', (chunk: Buffer) => received.push(chunk.toString()))
  await settle()
  const thrown = uncaught()
  peer.send(frameBytes(DATA, 0, 1, 1, Buffer.from('a')), frameBytes(DATA, 0, 3, 1, Buffer.from('b')))
  expect(await thrown).toMatchObject({ message: 'listener' })
  await peer.roundTrip()
  expect(received).toEqual(['b'])
})

import { once } from 'node:events'
import { expect, test } from 'vitest'
import type { Stream } from '../src/index.ts'
import { ACK, DATA, dataBytes, FIN, frameBytes, PING, SYN, WINDOW } from './raw-peer.ts'
import { clientWithRawPeer, serverWithRawPeer, sessionPair, settle } from './sessions.ts'

const WINDOW_BYTES = 256 * 1024
const block = (bytes: number, fill = 'x') => Buffer.alloc(bytes, fill)

async function acceptedStream(config = {}) {
  const raw = serverWithRawPeer(config)
  raw.peer.send(frameBytes(WINDOW, SYN, 1, 0))
  await raw.peer.frame({ streamId: 1, flags: ACK })
  const credits = () =>
    raw.peer.frames.filter((frame) => frame.type === WINDOW && frame.flags === 0).map((frame) => frame.length)
  return { ...raw, stream: raw.accepted[0]!, credits }
}

test('gives no credit for what has arrived but was not read', async () => {
  const { peer, credits, stream } = await acceptedStream()
  for (let i = 0; i < 4; i++) peer.send(dataBytes(0, 1, block(WINDOW_BYTES / 4)))
  await peer.roundTrip()
  expect(credits()).toEqual([])
  expect(stream.bytesRead).toBe(WINDOW_BYTES)
})

test('gives back what was read, once it is half a window', async () => {
  const { peer, credits, stream } = await acceptedStream()
  for (let i = 0; i < 4; i++) peer.send(dataBytes(0, 1, block(WINDOW_BYTES / 4)))
  stream.on('readable', () => {})
  await settle()
  expect(stream.read(60_000)).toHaveLength(60_000)
  await peer.roundTrip()
  expect(credits()).toEqual([])
  expect(stream.read(80_000)).toHaveLength(80_000)
  await peer.roundTrip()
  expect(credits()).toEqual([140_000])
})

test('what a paused reader has not taken earns no credit, and all of it does once it flows', async () => {
  const { peer, credits, stream } = await acceptedStream()
  stream.on('data', () => stream.pause())
  await settle()
  for (let i = 0; i < 8; i++) peer.send(dataBytes(0, 1, block(WINDOW_BYTES / 8)))
  await peer.roundTrip()
  expect(credits()).toEqual([])
  stream.removeAllListeners('data')
  stream.resume()
  await settle()
  await peer.roundTrip()
  const total = credits().reduce((sum, credit) => sum + credit, 0)
  expect(total).toBeGreaterThan(WINDOW_BYTES / 2)
  expect(total).toBeLessThanOrEqual(WINDOW_BYTES)
})

test('bytes put back with unshift are not credited twice', async () => {
  const { peer, credits, stream } = await acceptedStream()
  stream.on('readable', () => {})
  peer.send(dataBytes(0, 1, block(WINDOW_BYTES - 1)))
  await settle()
  for (let i = 0; i < 10; i++) stream.unshift(stream.read(100_000))
  await peer.roundTrip()
  expect(credits()).toEqual([])
})

test('gives no credit after the peer has ended its side', async () => {
  const { peer, credits, stream } = await acceptedStream()
  peer.send(dataBytes(FIN, 1, block(WINDOW_BYTES)))
  await peer.roundTrip()
  const ended = once(stream.resume(), 'end')
  await ended
  await peer.roundTrip()
  expect(credits()).toEqual([])
})

test('sends no more than the window of the peer, and goes on when it opens', async () => {
  const { client, peer } = clientWithRawPeer()
  const stream = client.open()
  let isWritten = false
  stream.write(block(WINDOW_BYTES + 1000), () => {
    isWritten = true
  })
  const sent = () => peer.frames.reduce((sum, frame) => sum + frame.payload.length, 0)
  await peer.until(() => sent() === WINDOW_BYTES)
  await peer.roundTrip()
  expect([sent(), isWritten]).toEqual([WINDOW_BYTES, false])
  peer.send(frameBytes(WINDOW, ACK, 1, 600))
  await peer.until(() => sent() === WINDOW_BYTES + 600)
  await peer.roundTrip()
  expect([sent(), isWritten]).toEqual([WINDOW_BYTES + 600, false])
  peer.send(frameBytes(WINDOW, 0, 1, 4_000_000_000))
  await peer.until(() => sent() === WINDOW_BYTES + 1000)
  expect(isWritten).toBe(true)
})

test('sends FIN only after the data that the window holds back', async () => {
  const { client, peer } = clientWithRawPeer()
  client.open().end(block(WINDOW_BYTES + 1))
  await peer.until(() => peer.frames.reduce((sum, frame) => sum + frame.payload.length, 0) === WINDOW_BYTES)
  expect(peer.frames.some((frame) => frame.flags & FIN)).toBe(false)
  peer.send(frameBytes(WINDOW, ACK, 1, 1))
  expect(await peer.frame({ length: 1 })).toMatchObject({ type: DATA, flags: 0 })
  expect(await peer.frame({ flags: FIN })).toMatchObject({ length: 0 })
})

test('a slow reader stops the writer, with bounded memory', async () => {
  const { client, accepted } = sessionPair()
  const stream = client.open()
  let written = 0
  while (stream.write(block(16 * 1024))) written++
  for (let round = 0; round < 50; round++) {
    await settle(2)
    while (!stream.writableNeedDrain) {
      stream.write(block(16 * 1024))
      written++
    }
  }
  expect(accepted[0]!.bytesRead).toBe(WINDOW_BYTES)
  expect(stream.writableLength).toBeLessThanOrEqual(80 * 1024)
  expect(written * 16 * 1024).toBeLessThanOrEqual(WINDOW_BYTES + 80 * 1024)
})

test.each([
  [200, 16],
  [16 * 1024, 144],
])(
  'a connection that takes nothing bounds what writes of %i bytes pile up to its mark and %i KiB',
  async (size, maxKib) => {
    const { client, peer } = clientWithRawPeer()
    peer.stall()
    const streams = Array.from({ length: 30 }, () => client.open())
    for (let turn = 0; turn < 100; turn++) {
      for (const stream of streams) if (!stream.writableNeedDrain) stream.write(block(size))
      await settle(1)
    }
    // The mark is 16 KiB before Node 22 and 64 KiB from then on.
    expect(peer.connection.writableLength).toBeLessThanOrEqual(peer.connection.writableHighWaterMark + maxKib * 1024)
    const queued = streams.reduce((sum, stream) => sum + stream.writableLength, 0)
    expect(queued).toBeLessThanOrEqual(30 * 80 * 1024)
  },
)

test('a session whose connection takes nothing for connectionWriteTimeout aborts', async () => {
  const { client, peer, clock, errors } = clientWithRawPeer({ connectionWriteTimeout: 5, enableKeepAlive: false })
  peer.stall()
  const stream = client.open()
  const failed = once(stream, 'error')
  stream.write(block(128 * 1024))
  await settle()
  clock.advance(4999)
  expect(client.isClosed()).toBe(false)
  clock.advance(1)
  expect((await failed)[0]).toMatchObject({
    code: 'ERR_YAMUX_WRITE_TIMEOUT',
    message: expect.stringContaining('5000 ms'),
  })
  expect(errors).toMatchObject([{ code: 'ERR_YAMUX_WRITE_TIMEOUT' }])
})

test('a connection that drains now and then is no write timeout', async () => {
  const { client, peer, clock } = clientWithRawPeer({ connectionWriteTimeout: 5, enableKeepAlive: false })
  const stream = client.open()
  for (let i = 0; i < 4; i++) {
    peer.stall()
    stream.write(block(60 * 1024))
    await settle()
    clock.advance(4000)
    peer.far.resume()
    await settle()
  }
  expect(client.isClosed()).toBe(false)
  clock.advance(10_000)
  expect(client.isClosed()).toBe(false)
})

test('bulk streams do not starve the small ones', async () => {
  const { client, peer } = clientWithRawPeer()
  for (let i = 0; i < 20; i++) client.open().write(block(WINDOW_BYTES))
  const small = client.open()
  small.write('small')
  const sent = await peer.frame({ streamId: small.id })
  expect(sent.payload.toString()).toBe('small')
  const before = peer.frames.slice(0, peer.frames.indexOf(sent)).reduce((sum, frame) => sum + frame.payload.length, 0)
  expect(before).toBe(0)
})

test('streams with much to send take turns', async () => {
  const { client, peer } = clientWithRawPeer()
  for (let i = 0; i < 4; i++) client.open().write(block(64 * 1024))
  await peer.until(() => peer.frames.reduce((sum, frame) => sum + frame.payload.length, 0) === 4 * 64 * 1024)
  expect(peer.frames.slice(0, 8).map((frame) => frame.streamId)).toEqual([1, 3, 5, 7, 1, 3, 5, 7])
})

test('a stream that is written to from its write callback keeps its turn, and the others theirs', async () => {
  const { client, peer } = clientWithRawPeer()
  const first = client.open()
  const second = client.open()
  const third = client.open()
  await peer.roundTrip()
  first.write(block(10_000), () => {
    first.write(block(40_000))
    third.write(block(40_000))
  })
  second.write(block(40_000))
  const sentBy = (id: number) =>
    peer.frames.reduce((sum, frame) => sum + (frame.streamId === id ? frame.payload.length : 0), 0)
  await peer.until(() => [1, 3, 5].reduce((sum, id) => sum + sentBy(id), 0) === 130_000)
  expect([1, 3, 5].map(sentBy)).toEqual([50_000, 40_000, 40_000])
})

test('a write callback that destroys its stream leaves the others whole', async () => {
  const { client, peer } = clientWithRawPeer()
  const first = client.open()
  first.write('a', () => first.destroy())
  client.open().write('b')
  expect((await peer.frame({ streamId: 3 })).payload.toString()).toBe('b')
  expect(await peer.frame({ streamId: 1, type: WINDOW })).toMatchObject({ flags: 8 })
})

test('a write callback may close or abort the session', async () => {
  for (const end of ['close', 'abort'] as const) {
    const { client, peer, errors } = clientWithRawPeer()
    const stream = client.open()
    stream.write('a', () => client[end]())
    client.open().write('b')
    await once(peer.far, end === 'close' ? 'end' : 'close')
    expect([client.isClosed(), errors]).toEqual([true, []])
    if (end === 'close') expect(peer.frames.map((frame) => frame.payload.toString())).toEqual(['a', 'b', ''])
  }
})

/** Reads as fast as the peer sends, over a connection with a round trip of 100 ms. */
async function fastReader(config = {}) {
  const raw = await acceptedStream(config)
  raw.stream.resume()
  await settle()
  let read = 0
  const consume = async (elapsedMs: number, bytes: number) => {
    const before = raw.credits().length
    raw.clock.advance(elapsedMs)
    for (; bytes > 0; bytes -= 65_536) raw.peer.send(dataBytes(0, 1, block(Math.min(bytes, 65_536))))
    await raw.peer.roundTrip()
    read++
    return raw.credits().slice(before)
  }
  const answerPing = async () => {
    const { length } = await raw.peer.frame({ type: PING, flags: SYN })
    raw.clock.advance(100)
    raw.peer.send(frameBytes(PING, ACK, 0, length))
    await raw.peer.roundTrip()
  }
  return { ...raw, consume, answerPing, rounds: () => read }
}

test('measures the round trip when it first matters, then grows the window of a fast reader to its limit', async () => {
  const { consume, answerPing, server } = await fastReader({ maxStreamWindowSize: 1024 * 1024, enableKeepAlive: false })
  expect(await consume(0, WINDOW_BYTES / 2)).toEqual([WINDOW_BYTES / 2])
  await answerPing()
  expect(server.rttMs).toBe(100)
  expect(await consume(50, WINDOW_BYTES / 2)).toEqual([WINDOW_BYTES / 2 + WINDOW_BYTES])
  expect(await consume(50, WINDOW_BYTES)).toEqual([WINDOW_BYTES + 2 * WINDOW_BYTES])
  expect(await consume(50, 2 * WINDOW_BYTES)).toEqual([2 * WINDOW_BYTES])
})

test('does not grow the window of a slow reader', async () => {
  const { consume, answerPing } = await fastReader({ enableKeepAlive: false })
  await consume(0, WINDOW_BYTES / 2)
  await answerPing()
  for (let i = 0; i < 4; i++) expect(await consume(200, WINDOW_BYTES / 2)).toEqual([WINDOW_BYTES / 2])
})

test('stays at 256 KiB when that is the limit, and pings nobody for it', async () => {
  const { consume, peer } = await fastReader({ maxStreamWindowSize: WINDOW_BYTES, enableKeepAlive: false })
  for (let i = 0; i < 4; i++) expect(await consume(1, WINDOW_BYTES / 2)).toEqual([WINDOW_BYTES / 2])
  expect(peer.frames.filter((frame) => frame.type === PING && frame.flags === SYN)).toEqual([])
})

test('a stream that is gone gives back what its window had grown', async () => {
  const { consume, answerPing, accepted, peer, credits, clock } = await fastReader({
    maxWindowGrowth: WINDOW_BYTES,
    enableKeepAlive: false,
  })
  await consume(0, WINDOW_BYTES / 2)
  await answerPing()
  expect(await consume(50, WINDOW_BYTES / 2)).toEqual([WINDOW_BYTES / 2 + WINDOW_BYTES])
  accepted[0]!.reset()
  peer.send(frameBytes(WINDOW, SYN, 3, 0))
  await peer.frame({ streamId: 3, flags: ACK })
  accepted[1]!.resume()
  await settle()
  const before = credits().length
  for (let i = 0; i < 2; i++) {
    peer.send(dataBytes(0, 3, block(WINDOW_BYTES / 2)))
    await peer.roundTrip()
    clock.advance(50)
  }
  expect(credits().slice(before)).toEqual([WINDOW_BYTES / 2, WINDOW_BYTES / 2 + WINDOW_BYTES])
})

test('works as a destination and a source of pipes', async () => {
  const { client } = sessionPair({ onStream: (stream: Stream) => stream.on('error', () => {}).pipe(stream) })
  const stream = client.open()
  const sent = Array.from({ length: 40 }, (_, i) => block(20_000, String(i)))
  const received: Buffer[] = []
  stream.on('data', (chunk: Buffer) => received.push(chunk))
  for (const chunk of sent) stream.write(chunk)
  stream.end()
  await once(stream, 'end')
  expect(Buffer.concat(received).equals(Buffer.concat(sent))).toBe(true)
})

import { once } from 'node:events'
import { expect, test } from 'vitest'
import type { Stream } from '../src/index.ts'
import { ACK, dataBytes, FIN, frameBytes, SYN, WINDOW } from './raw-peer.ts'
import { serverWithRawPeer, sessionPair, settle } from './sessions.ts'

const WINDOW_BYTES = 256 * 1024

/** What a sink was given, in order. */
function collector() {
  const seen: string[] = []
  return { seen, onData: (chunk: Buffer) => void seen.push(chunk.toString()), onEnd: () => void seen.push('end') }
}

async function acceptedStream() {
  const raw = serverWithRawPeer()
  raw.peer.send(frameBytes(WINDOW, SYN, 1, 0))
  await raw.peer.frame({ streamId: 1, flags: ACK })
  const credits = () =>
    raw.peer.frames.filter((frame) => frame.type === WINDOW && frame.flags === 0).map((frame) => frame.length)
  return { ...raw, stream: raw.accepted[0] as Stream, credits }
}

test('gives a sink the bytes as they come, those that came before it first, and then the end', async () => {
  const { peer, stream } = await acceptedStream()
  peer.send(dataBytes(0, 1, Buffer.from('before')))
  await peer.roundTrip()
  const sink = collector()
  stream.readInto(sink)
  peer.send(Buffer.concat([dataBytes(0, 1, Buffer.from('one')), dataBytes(FIN, 1, Buffer.from('two'))]))
  await peer.roundTrip()
  expect(sink.seen).toEqual(['before', 'one', 'two', 'end'])
})

test('a chunk that Node holds already goes to the sink as well', async () => {
  const { peer, stream } = await acceptedStream()
  stream.read(0)
  peer.send(dataBytes(0, 1, Buffer.from('held')))
  await peer.roundTrip()
  expect(stream.readableLength).toBe(4)
  const sink = collector()
  stream.readInto(sink)
  expect(sink.seen).toEqual(['held'])
})

test('what a paused sink has not taken earns no credit; all of it does once it flows', async () => {
  const { peer, stream, credits } = await acceptedStream()
  const sink = collector()
  stream.readInto(sink)
  stream.pause()
  for (let i = 0; i < 4; i++) peer.send(dataBytes(0, 1, Buffer.alloc(WINDOW_BYTES / 4, 'x')))
  await peer.roundTrip()
  expect(sink.seen).toEqual([])
  expect(credits()).toEqual([])
  stream.resume()
  expect(sink.seen.join('')).toHaveLength(WINDOW_BYTES)
  await peer.roundTrip()
  expect(credits()[0]).toBeGreaterThanOrEqual(WINDOW_BYTES)
})

test('a sink that pauses in the middle gets the rest, and the end, only after resume', async () => {
  const { peer, stream } = await acceptedStream()
  const sink = collector()
  stream.readInto({
    onData(chunk) {
      sink.onData(chunk)
      stream.pause()
    },
    onEnd: sink.onEnd,
  })
  peer.send(Buffer.concat([dataBytes(0, 1, Buffer.from('a')), dataBytes(FIN, 1, Buffer.from('b'))]))
  await peer.roundTrip()
  expect(sink.seen).toEqual(['a'])
  stream.resume()
  expect(sink.seen).toEqual(['a', 'b'])
  stream.resume()
  expect(sink.seen).toEqual(['a', 'b', 'end'])
})

test('a sink can be replaced by another', async () => {
  const { peer, stream } = await acceptedStream()
  const [first, second] = [collector(), collector()]
  stream.readInto({
    onData(chunk) {
      first.onData(chunk)
      stream.readInto(second)
    },
    onEnd: first.onEnd,
  })
  peer.send(Buffer.concat([dataBytes(0, 1, Buffer.from('a')), dataBytes(FIN, 1, Buffer.from('b'))]))
  await peer.roundTrip()
  expect([first.seen, second.seen]).toEqual([['a'], ['b', 'end']])
})

test('a stream with a sink closes when both sides have ended', async () => {
  const { client, accepted } = sessionPair()
  const stream = client.open()
  stream.end('hello')
  await settle()
  const peer = accepted[0] as Stream
  const sink = collector()
  peer.readInto(sink)
  await settle()
  peer.end()
  stream.resume()
  await Promise.all([once(peer, 'close'), once(stream, 'close')])
  expect(sink.seen).toEqual(['hello', 'end'])
  expect(client.streamCount).toBe(0)
})

test('a destroyed stream gives its sink nothing more', async () => {
  const { peer, stream } = await acceptedStream()
  const sink = collector()
  stream.readInto({
    onData(chunk) {
      sink.onData(chunk)
      stream.destroy()
    },
    onEnd: sink.onEnd,
  })
  peer.send(Buffer.concat([dataBytes(0, 1, Buffer.from('a')), dataBytes(FIN, 1, Buffer.from('b'))]))
  await peer.roundTrip()
  expect(sink.seen).toEqual(['a'])
})

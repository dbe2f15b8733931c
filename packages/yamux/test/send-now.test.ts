import { describe, expect, test } from 'vitest'
import type { Session, Stream } from '../src/index.ts'
import { ACK, DATA, type Frame, frameBytes, type RawPeer, RST, WINDOW } from './raw-peer.ts'
import { clientWithRawPeer, settle } from './sessions.ts'

/** Streams that the peer has taken, and nothing else written yet. */
async function openStreams(client: Session, peer: RawPeer, count: number): Promise<Stream[]> {
  const streams = Array.from({ length: count }, () => client.open().on('error', () => {}))
  await settle()
  peer.send(...streams.map(({ id }) => frameBytes(WINDOW, ACK, id, 0)))
  await settle()
  peer.frames.length = 0
  peer.writes.length = 0
  return streams
}

const dataOf = (frames: readonly Frame[]): [number, string][] =>
  frames
    .filter(({ type, length }) => type === DATA && length > 0)
    .map(({ streamId, payload }) => [streamId, String(payload)])

test('small chunks of a turn leave in one write, those of a stream in one frame as long as nobody comes between', async () => {
  const { client, peer } = clientWithRawPeer()
  const [a, b] = (await openStreams(client, peer, 2)) as [Stream, Stream]
  expect(a.sendCopy('one')).toBe(true)
  expect(a.sendCopy(Buffer.from(' two'))).toBe(true)
  b.sendCopy(Buffer.from('three'))
  a.sendCopy('four \xff')
  await settle()
  expect(peer.writes).toHaveLength(1)
  expect(peer.frames.map(({ streamId, flags, payload }) => [streamId, flags, payload.toString('latin1')])).toEqual([
    [a.id, 0, 'one two'],
    [b.id, 0, 'three'],
    [a.id, 0, 'four \xff'],
  ])
  expect(a.bytesWritten).toBe(13)
})

test('memory that was copied is its owner’s again at once', async () => {
  const { client, peer } = clientWithRawPeer()
  const [stream] = (await openStreams(client, peer, 1)) as [Stream]
  const small = Buffer.alloc(10, 'a')
  const large = Buffer.alloc(10_000, 'b')
  stream.sendCopy(small)
  small.fill('x')
  stream.sendCopy(large)
  large.fill('x')
  await settle()
  const text = dataOf(peer.frames).map(([, payload]) => payload)
  expect(text.join('')).toBe('a'.repeat(10) + 'b'.repeat(10_000))
})

test('what is written, sent and copied keeps its order, and the end comes after it', async () => {
  const { client, peer } = clientWithRawPeer()
  const [stream] = (await openStreams(client, peer, 1)) as [Stream]
  stream.sendCopy('1')
  stream.write('2')
  stream.sendCopy('3')
  stream.send(Buffer.alloc(5000, '4'))
  stream.sendCopy('5')
  stream.end('6')
  expect(stream.sendCopy('never')).toBe(false)
  await settle()
  const text = dataOf(peer.frames).map(([, payload]) => payload)
  expect(text.join('')).toBe(`123${'4'.repeat(5000)}56`)
})

test('what was sent before a stream is destroyed is dropped, but for what was copied into the write that leaves', async () => {
  const { client, peer } = clientWithRawPeer()
  const [stream] = (await openStreams(client, peer, 1)) as [Stream]
  stream.sendCopy('last words')
  stream.send(Buffer.from('not these'))
  stream.destroy()
  expect(stream.sendCopy('never')).toBe(false)
  await settle()
  expect(peer.frames.map(({ flags, payload }) => [flags, String(payload)])).toEqual([
    [0, 'last words'],
    [RST, ''],
  ])
})

test('a closed window holds small chunks back, in their order', async () => {
  const { client, peer } = clientWithRawPeer()
  const [stream] = (await openStreams(client, peer, 1)) as [Stream]
  stream.send(Buffer.alloc(262_140, 'a'))
  await settle()
  peer.frames.length = 0
  stream.sendCopy('1234')
  stream.sendCopy('56')
  stream.sendCopy('7')
  await settle()
  expect(dataOf(peer.frames)).toEqual([[stream.id, '1234']])
  peer.send(frameBytes(WINDOW, 0, stream.id, 100))
  await settle()
  expect(dataOf(peer.frames)).toEqual([
    [stream.id, '1234'],
    [stream.id, '567'],
  ])
})

test('24 streams do not wait for a twenty-fifth', async () => {
  const { client, peer } = clientWithRawPeer()
  const streams = await openStreams(client, peer, 25)
  for (const stream of streams) for (const part of ['a', 'b']) stream.sendCopy(part)
  await settle()
  expect(dataOf(peer.frames)).toEqual(streams.map(({ id }) => [id, 'ab']))
  expect(peer.writes.map(({ length }) => length)).toEqual([24 * 14, 14])
})

test('a connection that takes nothing has small chunks wait in their streams, and all of them arrive', async () => {
  const { client, peer } = clientWithRawPeer()
  const [a, b] = (await openStreams(client, peer, 2)) as [Stream, Stream]
  peer.stall()
  a.send(Buffer.alloc(200_000, 'a'))
  await settle()
  for (let i = 0; i < 100; i++) b.sendCopy('b'.repeat(1000))
  expect(b.sendCopy('c')).toBe(false)
  expect(b.bytesWritten).toBe(0)
  peer.far.resume()
  await settle()
  await settle()
  const ofB = dataOf(peer.frames).filter(([id]) => id === b.id)
  expect(ofB.map(([, payload]) => payload).join('')).toBe(`${'b'.repeat(100_000)}c`)
})

test('beside a download a stream has its turn at most, however small its chunks are', async () => {
  const { client, peer } = clientWithRawPeer()
  const [download, chatter] = (await openStreams(client, peer, 2)) as [Stream, Stream]
  download.send(Buffer.alloc(200_000, 'd'))
  for (let i = 0; i < 60; i++) chatter.sendCopy('c'.repeat(1000))
  await settle()
  const before = peer.frames.slice(
    0,
    peer.frames.findIndex(({ streamId }) => streamId === download.id),
  )
  const bytes = before.reduce((sum, { length }) => sum + length, 0)
  expect(bytes).toBeGreaterThan(30_000)
  expect(bytes).toBeLessThanOrEqual(32 * 1024)
})

describe('sessions that speak in the same turn', () => {
  test('have their own bytes, each in few parts', async () => {
    const pairs = [clientWithRawPeer(), clientWithRawPeer(), clientWithRawPeer()]
    const streams = await Promise.all(pairs.map(({ client, peer }) => openStreams(client, peer, 20)))
    for (let i = 0; i < 20; i++) for (const [at, own] of streams.entries()) own[i]?.sendCopy(`${at}:${i};`.repeat(i))
    await settle()
    for (const [at, { peer }] of pairs.entries()) {
      const expected = Array.from({ length: 19 }, (_, i) => [streams[at]?.[i + 1]?.id, `${at}:${i + 1};`.repeat(i + 1)])
      const sorted = dataOf(peer.frames).sort(([a], [b]) => a - b)
      expect(sorted).toEqual(expected)
    }
  })

  test('and fill slab after slab', async () => {
    const pairs = [clientWithRawPeer(), clientWithRawPeer()]
    const streams = await Promise.all(pairs.map(({ client, peer }) => openStreams(client, peer, 1)))
    const sent = ['', '']
    for (let turn = 0; turn < 40; turn++) {
      for (let i = 0; i < 6; i++) {
        for (const [at, [stream]] of streams.entries()) {
          const text = String.fromCharCode(97 + ((turn + i) % 26)).repeat(1 + ((turn * 331 + i * 97) % 2048))
          sent[at] += text
          stream?.sendCopy(text)
        }
      }
      await settle(2)
      for (const [at, { peer }] of pairs.entries()) peer.send(frameBytes(WINDOW, 0, streams[at]?.[0]?.id ?? 0, 20_000))
    }
    await settle()
    for (const [at, { peer }] of pairs.entries()) {
      expect(
        dataOf(peer.frames)
          .map(([, payload]) => payload)
          .join(''),
      ).toBe(sent[at])
    }
  })
})

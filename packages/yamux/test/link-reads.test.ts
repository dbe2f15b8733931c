import { once } from 'node:events'
import type { Socket } from 'node:net'
import { ManualClock } from '@tunnel/testkit'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Client, Server, type Stream } from '../src/index.ts'
import { tcpPair, tlsPair } from './socket-pairs.ts'

type Pair = () => Promise<[Socket, Socket]>

/** What stream `seed` carries at `from` and after: every byte tells where it belongs. */
function pattern(seed: number, from: number, bytes: number): Buffer {
  const out = Buffer.allocUnsafe(bytes)
  for (let at = 0; at < bytes; at++) {
    const position = from + at
    out[at] = (position * 31 + (position >>> 8) * 7 + (position >>> 16) * 3 + seed * 89) & 0xff
  }
  return out
}

/** Two sessions over one connection, aborted with the test. */
async function sessions(pair: Pair, onStream: (stream: Stream) => void = () => {}) {
  const [near, far] = await pair()
  const clock = new ManualClock()
  const server = new Server(onStream, { clock, acceptBacklog: 1000 }).attach(far)
  const client = new Client({ clock, acceptBacklog: 1000 }).attach(near)
  for (const session of [client, server]) session.on('error', () => {})
  onTestFinished(() => {
    client.abort()
    server.abort()
  })
  return { client, server }
}

/** Takes one stream after the other. */
function acceptor() {
  const streams: Stream[] = []
  const waiting: ((stream: Stream) => void)[] = []
  return {
    onStream: (stream: Stream): void => {
      stream.on('error', () => {})
      const take = waiting.shift()
      if (take) take(stream)
      else streams.push(stream)
    },
    next: (): Promise<Stream> => {
      const stream = streams.shift()
      return stream ? Promise.resolve(stream) : new Promise((resolve) => waiting.push(resolve))
    },
  }
}

/** A sink that gives one chunk after the other, as it came. */
function chunks(stream: Stream, consumesAtOnce: boolean) {
  const seen: Buffer[] = []
  let bytes = 0
  let wake = (): void => {}
  stream.readInto({
    consumesAtOnce,
    onData(chunk) {
      seen.push(chunk)
      bytes += chunk.length
      wake()
    },
    onEnd() {},
  })
  return {
    seen,
    async until(length: number): Promise<void> {
      while (bytes < length) await new Promise<void>((resolve) => (wake = resolve))
    },
  }
}

const buffersOf = (pieces: Buffer[]): Set<ArrayBufferLike> => new Set(pieces.map(({ buffer }) => buffer))

describe.each([
  ['TCP', tcpPair],
  ['TLS', tlsPair],
] as [string, Pair][])('over %s', (_name, pair) => {
  test('sessions read into one buffer what is consumed at once', async () => {
    const pieces: Buffer[] = []
    for (let at = 0; at < 3; at++) {
      const accepted = acceptor()
      const { client } = await sessions(pair, accepted.onStream)
      const stream = client.open()
      stream.write('hello')
      const { seen, until } = chunks(await accepted.next(), true)
      stream.write(Buffer.alloc(200_000))
      await until(200_000)
      pieces.push(...seen)
    }
    // The greeting of a stream that has nobody yet is kept.
    expect(buffersOf(pieces.filter(({ length }) => length > 5)).size).toBe(1)
  })

  test('reads that are kept share buffers, and are never read over', async () => {
    const accepted = acceptor()
    const { client } = await sessions(pair, accepted.onStream)
    const stream = client.open()
    stream.write(pattern(1, 0, 5))
    const { seen, until } = chunks(await accepted.next(), false)
    const other = client.open()
    other.write('hello')
    const consumed = chunks(await accepted.next(), true)
    for (let at = 0; at < 40; at++) {
      stream.write(pattern(1, 5 + at * 50_000, 50_000))
      other.write(Buffer.alloc(3000 * at))
    }
    await until(5 + 40 * 50_000)
    await consumed.until((3000 * 40 * 39) / 2)
    expect(Buffer.concat(seen).equals(pattern(1, 0, 5 + 40 * 50_000))).toBe(true)
    const held = [...buffersOf(seen)].reduce((sum, buffer) => sum + buffer.byteLength, 0)
    expect(held).toBeLessThan(4 * 2_000_000)
  })

  test('a small piece that is kept does not keep a large buffer', async () => {
    const accepted = acceptor()
    const { client } = await sessions(pair, accepted.onStream)
    const stream = client.open()
    stream.write('x')
    const { seen, until } = chunks(await accepted.next(), false)
    for (let at = 0; at < 20; at++) {
      stream.write(Buffer.alloc(100))
      await until(1 + (at + 1) * 100)
    }
    expect(Math.max(...[...buffersOf(seen)].map(({ byteLength }) => byteLength))).toBeLessThan(64 * 1024)
  })

  test('once nothing is kept any more a session reads into the buffer of all again', async () => {
    const accepted = acceptor()
    const { client } = await sessions(pair, accepted.onStream)
    const [kept, consumed] = [client.open(), client.open()]
    kept.write('x')
    consumed.write('x')
    const first = chunks(await accepted.next(), false)
    const second = chunks(await accepted.next(), true)
    let total = 1
    const read = async (bytes: number): Promise<Buffer> => {
      const { length } = second.seen
      consumed.write(Buffer.alloc(bytes))
      total += bytes
      await second.until(total)
      return second.seen[length] as Buffer
    }
    const before = await read(100)
    kept.write(Buffer.alloc(500_000))
    await first.until(500_001)
    await read(100)
    expect((await read(100)).buffer).toBe(before.buffer)
  })
})

test('no more than 64 sessions have a buffer of their own; the others copy what is kept', async () => {
  const all = await Promise.all(
    Array.from({ length: 70 }, async (_, seed) => {
      const accepted = acceptor()
      const { client } = await sessions(tcpPair, accepted.onStream)
      const stream = client.open()
      stream.write(pattern(seed, 0, 1))
      const sink = chunks(await accepted.next(), false)
      for (const at of [0, 1, 2]) {
        stream.write(pattern(seed, 1 + at * 60_000, 60_000))
        await sink.until(1 + (at + 1) * 60_000)
      }
      return sink.seen
    }),
  )
  all.forEach((seen, seed) => {
    expect(Buffer.concat(seen).equals(pattern(seed, 0, 180_001))).toBe(true)
  })
  const owners = all.filter((seen) =>
    seen.some(({ buffer, length }) => buffer.byteLength === 65_536 && length < 65_536),
  )
  expect(owners.length).toBeLessThanOrEqual(64)
  expect(owners.length).toBeGreaterThan(0)
})

/** How the receiving side of a stream treats what it is given. */
type Reader = 'at once' | 'keeps' | 'pauses' | 'changes its mind' | 'duplex'
const READERS: readonly Reader[] = ['at once', 'keeps', 'pauses', 'changes its mind', 'duplex']

/** Reads `stream` to its end. What it has kept by reference is only looked at then. */
function readAs(reader: Reader, stream: Stream): Promise<() => Buffer> {
  const kept: Buffer[] = []
  let turn = 0
  const keeps = (): boolean => reader === 'keeps' || (reader === 'changes its mind' && turn % 2 === 1)
  return new Promise((resolve) => {
    const done = (): void => {
      stream.end()
      resolve(() => Buffer.concat(kept))
    }
    if (reader === 'duplex') {
      stream.on('data', (chunk: Buffer) => kept.push(chunk)).on('end', done)
      return
    }
    stream.readInto({
      get consumesAtOnce() {
        return !keeps()
      },
      onData(chunk) {
        kept.push(keeps() ? chunk : Buffer.from(chunk))
        turn++
        if (reader !== 'pauses' || turn % 3 !== 0) return
        stream.pause()
        setImmediate(() => stream.resume())
      },
      onEnd: done,
    })
  })
}

interface Script {
  reader: Reader
  isFromServer: boolean
  writes: number[]
}

async function send(stream: Stream, seed: number, writes: number[]): Promise<number> {
  let from = 0
  stream.resume()
  stream.write(Buffer.from([seed]))
  for (const size of writes) {
    const hasRoom = stream.write(pattern(seed, from, size))
    from += size
    if (!hasRoom) await once(stream, 'drain')
  }
  stream.end()
  return from
}

const script: fc.Arbitrary<Script> = fc.record({
  reader: fc.constantFrom(...READERS),
  isFromServer: fc.boolean(),
  writes: fc.array(fc.oneof(fc.integer({ min: 1, max: 50 }), fc.nat(20_000), fc.nat(200_000)), { maxLength: 8 }),
})

/** Sends what `scripts` say over one connection, each stream read as its script says; compares at the very end. */
async function exchange(pair: Pair, scripts: Script[]): Promise<void> {
  const received = new Map<number, () => Buffer>()
  let left = scripts.length
  let allRead = (): void => {}
  const done = new Promise<void>((resolve) => (allRead = resolve))
  const onStream = (stream: Stream): void => {
    // The first byte says which stream it is: read before its sink is known, as a header would be.
    stream.once('data', (head: Buffer) => {
      stream.pause()
      const seed = head[0] as number
      if (head.length > 1) stream.unshift(head.subarray(1))
      void readAs((scripts[seed] as Script).reader, stream).then((bytes) => {
        received.set(seed, bytes)
        if (--left === 0) allRead()
      })
      stream.resume()
    })
  }
  const [near, far] = await pair()
  const config = { clock: new ManualClock(), onStream, enableKeepAlive: false }
  const client = new Client(config).attach(near)
  const server = new Server(undefined, config).attach(far)
  const sent = await Promise.all(
    scripts.map(({ isFromServer, writes }, seed) => send((isFromServer ? server : client).open(), seed, writes)),
  )
  await done
  const wrong = scripts.filter(
    (_, seed) =>
      received
        .get(seed)?.()
        .equals(pattern(seed, 0, sent[seed] as number)) !== true,
  )
  client.abort()
  server.abort()
  expect(wrong).toEqual([])
}

test.each([
  ['TCP', tcpPair],
  ['TLS', tlsPair],
] as [string, Pair][])(
  'over %s every stream has its own bytes, also after later reads',
  async (_name, pair) => {
    const scripts = fc.array(script, { minLength: 1, maxLength: 8 })
    // Two connections at once, since they share the buffer.
    await fc.assert(
      fc.asyncProperty(scripts, scripts, async (one, other) => {
        await Promise.all([exchange(pair, one), exchange(pair, other)])
      }),
      { numRuns: 25 },
    )
  },
  30_000,
)

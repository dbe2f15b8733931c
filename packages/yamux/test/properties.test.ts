import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { cutAt, ManualClock } from '@tunnel/testkit'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Client, Server, type Session, type Stream } from '../src/index.ts'

/** A connection that cuts what passes wherever `cuts` say, over and over. */
function cuttingPair(cuts: number[]): [Duplex, Duplex] {
  let turn = 0
  const ends: Duplex[] = []
  const make = (other: () => Duplex) =>
    new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, callback) {
        const offset = turn++ % 7
        for (const piece of cutAt(
          chunk,
          cuts.map((cut) => cut + offset),
        ))
          other().push(piece)
        setImmediate(callback)
      },
      final(callback) {
        other().push(null)
        callback()
      },
    })
  ends.push(make(() => ends[1]!))
  ends.push(make(() => ends[0]!))
  return [ends[0]!, ends[1]!]
}

/** As `Stream.write`, `send`, and `sendCopy` of memory that is used again. */
const ways = ['write', 'send', 'copy'] as const

type Step = { kind: 'write'; way: (typeof ways)[number]; size: number } | { kind: 'pause' } | { kind: 'turn' }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    way: fc.constantFrom(...ways),
    size: fc.oneof(fc.nat(50), fc.nat(40_000), fc.nat(300_000)),
  }),
  fc.constant<Step>({ kind: 'pause' }),
  fc.constant<Step>({ kind: 'turn' }),
)

function give(stream: Stream, chunk: Buffer, way: (typeof ways)[number]): boolean {
  if (way === 'write') return stream.write(chunk)
  return way === 'send' ? stream.send(chunk) : stream.sendCopy(chunk)
}

async function run(stream: Stream, steps: Step[], seed: number): Promise<Buffer> {
  const written: Buffer[] = []
  const received: Buffer[] = []
  stream.on('data', (chunk: Buffer) => {
    received.push(chunk)
    if (chunk.length % 3 !== 0) return
    stream.pause()
    setImmediate(() => stream.resume())
  })
  const ended = once(stream, 'end')
  for (const step of steps) {
    if (step.kind === 'write') {
      const chunk = Buffer.alloc(step.size, `${seed}:${written.length}`)
      written.push(Buffer.from(chunk))
      const hasRoom = give(stream, chunk, step.way)
      if (step.way === 'copy') chunk.fill(0)
      if (!hasRoom) await once(stream, 'drain')
    } else if (step.kind === 'pause') {
      stream.pause()
      setImmediate(() => stream.resume())
    } else await new Promise((resolve) => setImmediate(resolve))
  }
  stream.end()
  await ended
  expect(Buffer.concat(received).equals(Buffer.concat(written))).toBe(true)
  return Buffer.concat(received)
}

const echo = (stream: Stream) => {
  stream.on('error', () => {})
  stream.pipe(stream)
}

async function bothWays(client: Session, server: Session, scripts: Step[][]): Promise<void> {
  await Promise.all(scripts.map((steps, i) => run((i % 2 ? server : client).open(), steps, i)))
  await new Promise((resolve) => setImmediate(resolve))
}

const config = (clock: ManualClock) => ({ clock, onStream: echo, enableKeepAlive: false, acceptBacklog: 2 })

test('every stream gets its own bytes back, in order, over any cuts', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { maxLength: 8 }), { minLength: 1, maxLength: 8 }),
      fc.array(fc.nat(70_000), { maxLength: 12 }),
      async (scripts, cuts) => {
        const clock = new ManualClock()
        const [near, far] = cuttingPair(cuts)
        const client = new Client(config(clock)).attach(near)
        const server = new Server(undefined, config(clock)).attach(far)
        await bothWays(client, server, scripts)
        const drained = [client.drain(), server.drain()]
        await Promise.all(drained)
        expect(clock.pending).toBe(0)
      },
    ),
    { numRuns: 60 },
  )
}, 30_000)

import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { errorCodes, type ServerStream } from '../src/index.ts'
import { data, frame, get, post, rst, STATUS_200, settings, windowUpdate } from './frames.ts'
import { Peer } from './peer.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const STREAMS = 10_000

type Life = (peer: Peer, id: number) => void

const LIVES: Record<string, Life> = {
  'that the peer resets': (peer, id) => peer.send(post(id), data(id, 'abc'), rst(id)),
  'that whoever answers resets': (peer, id) => {
    peer.send(post(id), data(id, 'abc'))
    peer.last.stream.reset(errorCodes.INTERNAL_ERROR)
  },
  'that are answered and not listened to': (peer, id) => {
    peer.send(post(id), windowUpdate(0, 100))
    peer.last.stream.respond(STATUS_200, false)
    peer.last.stream.write(Buffer.alloc(100))
    peer.turn()
    peer.last.stream.resetWhenSent(errorCodes.NO_ERROR)
    peer.last.stream.end()
    peer.turn()
  },
  'that are answered': (peer, id) => {
    peer.send(get(id))
    peer.last.stream.respond(STATUS_200, true)
    peer.turn()
  },
  'that are reset while the transport has no room': (peer, id) => {
    peer.hasRoom = false
    peer.send(get(id))
    peer.last.stream.respond(STATUS_200, false)
    peer.send(rst(id))
  },
  'that are reset while the window is empty': (peer, id) => {
    peer.send(get(id))
    peer.last.stream.respond(STATUS_200, false)
    peer.last.stream.write(Buffer.alloc(1000))
    peer.send(rst(id))
  },
}

describe(`after ${STREAMS} streams`, () => {
  test.each(Object.entries(LIVES))('%s none is kept', async (_name, live) => {
    const options = { maxResets: 1_000_000, maxUnsentControlFrames: 1_000_000, maxControlFrames: 1_000_000 }
    const peer = new Peer({ options })
    const streams: WeakRef<ServerStream>[] = []
    for (let index = 0; index < STREAMS; index++) {
      live(peer, 1 + 2 * index)
      streams.push(new WeakRef(peer.last.stream))
      peer.requests.pop()
      peer.take()
    }
    expect(peer.error).toBeUndefined()
    expect(peer.requests).toEqual([])
    expect(peer.connection.openStreams).toBe(0)
    // A WeakRef keeps its target until the job that made it ends.
    await setImmediate()
    collectGarbage()
    expect(streams.filter((stream) => stream.deref()).length).toBe(0)
  })
})

test('an idle connection does not keep the chunk that its last request came in', async () => {
  const peer = new Peer()
  const memory = feed(peer)
  await setImmediate()
  collectGarbage()
  expect(peer.requests.length).toBe(1)
  expect(memory.deref()).toBeUndefined()
})

test('an answer that is never done does not keep what has been sent of it', async () => {
  const peer = new Peer({ onRequest: ({ stream }) => stream.respond(STATUS_200, false) })
  peer.send(settings([4, 0]), windowUpdate(0, 1_000_000), get(1))
  const chunks: WeakRef<Buffer>[] = []
  for (let count = 0; count < 15; count++) {
    // Of the last one a little is always to come.
    write(peer, chunks)
    write(peer, chunks)
    peer.send(windowUpdate(1, 20_000))
    peer.take()
  }
  expect(peer.last.stream.queuedBytes).toBeGreaterThan(0)
  await setImmediate()
  collectGarbage()
  expect(chunks.slice(0, -5).filter((chunk) => chunk.deref()).length).toBe(0)
})

function write(peer: Peer, chunks: WeakRef<Buffer>[]): void {
  const chunk = Buffer.alloc(10_007)
  chunks.push(new WeakRef(chunk))
  peer.last.stream.write(chunk)
}

/** Gives the connection one chunk with memory of its own, and forgets it. */
function feed(peer: Peer): WeakRef<ArrayBufferLike> {
  const bytes = Buffer.concat([post(1), data(1, 'x', true), frame(1, 0, 3)])
  const chunk = Buffer.alloc(bytes.length)
  bytes.copy(chunk)
  peer.connection.receive(chunk)
  return new WeakRef(chunk.buffer)
}

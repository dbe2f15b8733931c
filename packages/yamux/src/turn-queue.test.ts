import { expect, test } from 'vitest'
import { TURN_BYTES, TurnQueue, type Waiting } from './turn-queue.ts'

class Stream implements Waiting {
  readonly name: string
  queuedBytes: number
  next: Waiting | undefined
  isQueued = false
  round = -1
  roundBytes = 0

  constructor(name: string, queuedBytes: number) {
    this.name = name
    this.queuedBytes = queuedBytes
  }
}

/** Gives `count` turns, as a session does: who has more to send waits again. */
function turns(queue: TurnQueue<Stream>, count: number, fewHadMuch = false): string {
  let names = ''
  for (let at = 0; at < count; at++) {
    const stream = queue.take(fewHadMuch)
    if (!stream) break
    expect(stream.isQueued).toBe(false)
    names += stream.name
    const bytes = Math.min(stream.queuedBytes, TURN_BYTES)
    stream.queuedBytes -= bytes
    queue.sent(stream, bytes)
    if (stream.queuedBytes > 0) queue.add(stream)
  }
  return names
}

function queueOf(...streams: Stream[]): TurnQueue<Stream> {
  const queue = new TurnQueue<Stream>()
  for (const stream of streams) queue.add(stream)
  return queue
}

const MUCH = 10 * TURN_BYTES

test('streams with much to send have their turns one after the other', () => {
  const queue = queueOf(new Stream('a', MUCH), new Stream('b', MUCH), new Stream('c', MUCH))
  expect(turns(queue, 9)).toBe('abcabcabc')
})

test('who has little to send goes first', () => {
  const queue = queueOf(new Stream('a', MUCH), new Stream('b', MUCH))
  expect(turns(queue, 1)).toBe('a')
  queue.add(new Stream('s', 100))
  queue.add(new Stream('t', TURN_BYTES))
  expect(turns(queue, 4)).toBe('stba')
})

test('a little at a time is much once it is more than a turn', () => {
  const [a, b, s] = [new Stream('a', MUCH), new Stream('b', MUCH), new Stream('s', TURN_BYTES / 2)]
  const queue = queueOf(a, b, s)
  expect(turns(queue, 1)).toBe('s')
  for (const expected of ['s', 'a']) {
    s.queuedBytes = TURN_BYTES / 2
    queue.add(s)
    expect(turns(queue, 1)).toBe(expected)
  }
  // Its turn comes after those that waited before it, and the next round is another one.
  expect(turns(queue, 3)).toBe('bsa')
  s.queuedBytes = TURN_BYTES / 2
  queue.add(s)
  expect(turns(queue, 2)).toBe('sb')
})

test('who has written much while it waited waits with the others', () => {
  const grown = new Stream('g', 0)
  const queue = queueOf(grown, new Stream('a', MUCH), new Stream('s', 1))
  grown.queuedBytes = MUCH
  expect(turns(queue, 4)).toBe('saga')
})

test('those that go first may be asked to let one of the others go', () => {
  const queue = queueOf(new Stream('a', MUCH), new Stream('s', 100), new Stream('t', 100))
  expect(turns(queue, 1, true)).toBe('a')
  expect(turns(queue, 3)).toBe('sta')
  queue.clear()
  queue.add(new Stream('s', 100))
  expect(turns(queue, 2, true)).toBe('s')
})

test('is empty when nobody waits', () => {
  const queue = queueOf(new Stream('a', MUCH), new Stream('s', 1))
  expect(queue.isEmpty).toBe(false)
  queue.clear()
  expect(queue.isEmpty).toBe(true)
  expect(queue.take(false)).toBeUndefined()
})

import { describe, expect, test } from 'vitest'
import { encodeFields, errorCodes } from '../src/index.ts'
import { data, describeFrame, get, greeting, post, rst, STATUS_200, settings, windowUpdate } from './frames.ts'
import { Peer, type Received } from './peer.ts'

const EARLY_HINTS = encodeFields([':status', '103', 'link', '</a>'])
const TRAILERS = encodeFields(['x-check', 'sum'])

const answering =
  (answer: (request: Received) => void) =>
  (request: Received): void =>
    answer(request)

describe('the bytes', () => {
  test('that a server begins with', () => {
    const peer = new Peer({ isSilent: true })
    peer.turn()
    expect(peer.takeBytes().toString('hex')).toBe(
      // Length, SETTINGS, and MAX_CONCURRENT_STREAMS 250, INITIAL_WINDOW_SIZE 2^18, MAX_HEADER_LIST_SIZE 2^16, ENABLE_CONNECT_PROTOCOL 1.
      `000018040000000000${'0003000000fa'}${'000400040000'}${'000600010000'}${'000800000001'}` +
        // WINDOW_UPDATE of the connection from 65,535 to 2^20.
        `000004080000000000${'000f0001'}`,
    )
  })

  test('of all settings', () => {
    const peer = new Peer({
      isSilent: true,
      options: {
        maxConcurrentStreams: 1,
        streamWindowBytes: 2,
        maxHeaderListBytes: 3,
        headerTableBytes: 4,
        maxFrameBytes: 20_000,
        connectionWindowBytes: 65_535,
        enableConnectProtocol: false,
      },
    })
    peer.turn()
    expect(peer.takeBytes().toString('hex')).toBe(
      `00001e040000000000${'000300000001'}${'000400000002'}${'000600000003'}${'000100000004'}${'000500004e20'}`,
    )
  })

  test('of the acknowledgement, of PING and of answers, the first with a table size of 0', () => {
    const peer = new Peer({ isSilent: true, onRequest: answering(({ stream }) => stream.respond(STATUS_200, true)) })
    peer.turn()
    peer.take()
    peer.send(greeting)
    expect(peer.takeBytes().toString('hex')).toBe('000000040100000000')
    peer.send(get(1))
    expect(peer.takeBytes().toString('hex')).toBe(`000002010500000001${'2088'}`)
    peer.send(get(3))
    expect(peer.takeBytes().toString('hex')).toBe(`000001010500000003${'88'}`)
  })
})

describe('an answer', () => {
  test('is one HEADERS and one DATA of all that was written in the turn', () => {
    const peer = new Peer({
      onRequest: answering(({ stream }) => {
        stream.respond(STATUS_200, false)
        for (const part of ['a', 'bc', 'def']) expect(stream.write(Buffer.from(part))).toBe(true)
        stream.end()
        expect(stream).toMatchObject({ isAnswered: true, isEnded: true, isSent: false, isClosed: false })
      }),
    })
    peer.send(get(1))
    const frames = peer.take()
    expect(frames.map(describeFrame)).toEqual(['HEADERS 1 END_HEADERS 2', 'DATA 1 END_STREAM 6'])
    expect(frames[1]!.payload.toString()).toBe('abcdef')
    expect(peer.last.stream).toMatchObject({ isSent: true, isClosed: true })
    expect(peer.last.closes).toEqual([undefined])
    expect(peer.writes).toBe(2)
  })

  test('without content ends with its HEADERS, however it was said', () => {
    const peer = new Peer({
      onRequest: answering(({ stream }) => {
        stream.respond(STATUS_200, stream.id === 1)
        if (stream.id === 3) stream.end()
        if (stream.id === 5) {
          stream.write(Buffer.alloc(0))
          stream.end()
        }
      }),
    })
    peer.send(get(1), get(3), get(5))
    expect(peer.said()).toEqual([
      'HEADERS 1 END_STREAM END_HEADERS 2',
      'HEADERS 3 END_STREAM END_HEADERS 1',
      'HEADERS 5 END_STREAM END_HEADERS 1',
    ])
  })

  test('whose end comes later ends with an empty DATA', () => {
    const peer = new Peer({ onRequest: answering(({ stream }) => stream.respond(STATUS_200, false)) })
    peer.send(get(1))
    peer.last.stream.end()
    peer.turn()
    expect(peer.said()).toEqual(['HEADERS 1 END_HEADERS 2', 'DATA 1 END_STREAM 0'])
  })

  test('that is small leaves as one buffer, and one that is large by reference', () => {
    const peer = new Peer({
      onRequest: answering(({ stream, fields }) => {
        stream.respond(STATUS_200, false)
        stream.write(Buffer.alloc(fields[1] === 'GET' ? 15_000 : 60_000))
        stream.end()
      }),
    })
    peer.send(windowUpdate(0, 1_000_000))
    peer.parts = 0
    for (const id of [1, 3]) peer.send(get(id))
    expect(peer.parts).toBe(2)
    peer.send(post(5))
    // Three whole frames, each a header and a payload; the last one is small enough to be copied.
    expect(peer.parts).toBe(2 + 6 + 1)
  })

  test('of many pieces arrives in their order while some are still to come', () => {
    const peer = new Peer({ onRequest: answering(({ stream }) => stream.respond(STATUS_200, false)) })
    peer.send(settings([4, 0]), get(1))
    let [expected, received] = ['', '']
    for (let round = 0; round < 100; round++) {
      for (const part of [`${round}:`, 'a longer piece;']) {
        expected += part
        peer.last.stream.write(Buffer.from(part))
      }
      peer.send(windowUpdate(1, 15))
      received += peer
        .take()
        .filter(({ type }) => type === 0)
        .map(({ payload }) => payload.toString())
        .join('')
      expect(expected.startsWith(received)).toBe(true)
    }
    expect(peer.last.stream.queuedBytes).toBe(expected.length - 1500)
    peer.send(windowUpdate(1, 10_000))
    received += peer
      .take()
      .map(({ payload }) => payload.toString())
      .join('')
    expect(received).toBe(expected)
  })

  test('may be preceded by others, and followed by trailers', () => {
    const peer = new Peer({
      onRequest: answering(({ stream }) => {
        stream.inform(EARLY_HINTS)
        stream.inform(EARLY_HINTS)
        stream.respond(STATUS_200, false)
        stream.write(Buffer.from('x'))
        stream.end(TRAILERS)
      }),
    })
    peer.send(get(1))
    expect(peer.said()).toEqual([
      `HEADERS 1 END_HEADERS ${EARLY_HINTS.length + 1}`,
      `HEADERS 1 END_HEADERS ${EARLY_HINTS.length}`,
      'HEADERS 1 END_HEADERS 1',
      'DATA 1 1',
      `HEADERS 1 END_STREAM END_HEADERS ${TRAILERS.length}`,
    ])
  })

  test('of trailers alone has two HEADERS', () => {
    const peer = new Peer({
      onRequest: answering(({ stream }) => {
        stream.respond(STATUS_200, false)
        stream.end(TRAILERS)
      }),
    })
    peer.send(get(1))
    expect(peer.said()).toEqual(['HEADERS 1 END_HEADERS 2', `HEADERS 1 END_STREAM END_HEADERS ${TRAILERS.length}`])
  })

  test('has fields of any length', () => {
    const block = encodeFields([':status', '200', 'x', '\u00ff'.repeat(40_000)])
    const peer = new Peer({ onRequest: answering(({ stream }) => stream.respond(block, true)) })
    peer.send(get(1), get(3))
    const frames = peer.take()
    expect(frames.map(({ type, flags, payload }) => [type, flags, payload.length])).toEqual([
      [1, 1, 16_384],
      ...Array.from({ length: Math.floor((block.length + 1) / 16_384) - 1 }, () => [9, 0, 16_384]),
      [9, 4, (block.length + 1) % 16_384],
      [1, 1, 16_384],
      ...Array.from({ length: Math.floor(block.length / 16_384) - 1 }, () => [9, 0, 16_384]),
      [9, 4, block.length % 16_384],
    ])
    const first = frames.slice(0, frames.length / 2).map(({ payload }) => payload)
    expect(Buffer.concat(first).equals(Buffer.concat([Buffer.of(0x20), block]))).toBe(true)
  })

  test('to a request that goes on leaves the stream open until that ends', () => {
    const peer = new Peer({ onRequest: answering(({ stream }) => stream.respond(STATUS_200, true)) })
    peer.send(post(1))
    expect(peer.last.stream).toMatchObject({ isSent: true, isClosed: false })
    peer.send(data(1, 'the rest', true))
    expect(peer.last).toMatchObject({ isWhole: true, closes: [undefined] })
    expect(peer.connection.openStreams).toBe(0)
  })

  test('is followed by RST_STREAM where the rest of the request is not wanted', () => {
    const peer = new Peer({
      onRequest: answering(({ stream }) => {
        stream.respond(STATUS_200, false)
        stream.write(Buffer.from('no'))
        stream.end(stream.id === 3 ? TRAILERS : undefined)
        stream.resetWhenSent(errorCodes.NO_ERROR)
      }),
    })
    peer.send(post(1), post(3), get(5))
    expect(peer.said().filter((frame) => !/^HEADERS . END_HEADERS/.test(frame))).toEqual([
      'DATA 1 END_STREAM 2',
      'RST_STREAM 1: 0',
      'DATA 3 2',
      `HEADERS 3 END_STREAM END_HEADERS ${TRAILERS.length}`,
      'RST_STREAM 3: 0',
      'DATA 5 END_STREAM 2',
    ])
    expect(peer.requests.map(({ closes }) => closes)).toEqual([[0], [0], [undefined]])
    // What is on its way then is dropped, and not held against anybody.
    peer.send(data(1, 'late'), data(3, 'late', true))
    expect(peer.error).toBeUndefined()
  })

  test('that has left is followed by RST_STREAM at once', () => {
    const peer = new Peer({ onRequest: answering(({ stream }) => stream.respond(STATUS_200, true)) })
    peer.send(post(1))
    peer.take()
    peer.last.stream.resetWhenSent(errorCodes.NO_ERROR)
    peer.turn()
    expect(peer.said()).toEqual(['RST_STREAM 1: 0'])
    expect(peer.last.closes).toEqual([0])
  })

  test('is dropped with its stream', () => {
    const peer = new Peer({
      onRequest: answering(({ stream }) => {
        stream.respond(STATUS_200, false)
        stream.write(Buffer.alloc(100))
      }),
    })
    peer.receive(get(1))
    peer.last.stream.reset(errorCodes.INTERNAL_ERROR)
    expect(peer.last.closes).toEqual([errorCodes.INTERNAL_ERROR])
    peer.last.stream.reset(errorCodes.CANCEL)
    expect(peer.last.stream.write(Buffer.alloc(1))).toBe(false)
    peer.last.stream.end()
    peer.turn()
    expect(peer.said()).toEqual(['RST_STREAM 1: 2'])
  })

  test('can be reset before anybody listens', () => {
    const peer = new Peer({ onRequest: answering(({ stream }) => stream.reset(errorCodes.REFUSED_STREAM)) })
    peer.send(get(1), post(3))
    expect(peer.said()).toEqual(['RST_STREAM 1: 7', 'RST_STREAM 3: 7'])
    expect(peer.requests.map(({ closes }) => closes)).toEqual([[7], [7]])
  })

  test.each<[string, (request: Received) => void]>([
    ['write before respond', ({ stream }) => stream.write(Buffer.alloc(1))],
    ['end before respond', ({ stream }) => stream.end()],
    ['respond twice', ({ stream }) => [0, 1].map(() => stream.respond(STATUS_200, false))],
    ['inform after respond', ({ stream }) => [stream.respond(STATUS_200, false), stream.inform(EARLY_HINTS)]],
    ['write after the end', ({ stream }) => [stream.respond(STATUS_200, true), stream.write(Buffer.alloc(1))]],
    ['end twice', ({ stream }) => [stream.respond(STATUS_200, true), stream.end()]],
  ])('%s is a mistake of the caller', (_name, mistake) => {
    const peer = new Peer()
    peer.send(get(1))
    expect(() => mistake(peer.last)).toThrow(/respond|end/)
  })
})

describe('streams take turns', () => {
  const bulk = ({ stream }: Received): void => {
    stream.respond(STATUS_200, false)
    stream.write(Buffer.alloc(20_000, stream.id))
  }

  test('of one frame each, heads before', () => {
    const peer = new Peer({ onRequest: bulk })
    peer.send(get(1), get(3))
    expect(peer.said()).toEqual([
      'HEADERS 1 END_HEADERS 2',
      'DATA 1 16384',
      'HEADERS 3 END_HEADERS 1',
      'DATA 3 16384',
      'DATA 1 3616',
      'DATA 3 3616',
    ])
  })

  test('also for the window of the connection', () => {
    const peer = new Peer({ onRequest: bulk })
    peer.send(...[1, 3, 5, 7].map(get))
    const sent = new Map<number, number>()
    const add = (): void => {
      for (const { type, stream, payload } of peer.take())
        if (type === 0) sent.set(stream, (sent.get(stream) ?? 0) + payload.length)
    }
    add()
    // 65,535 bytes: three frames of 16,384, and one cut.
    expect([...sent.values()]).toEqual([16_384, 16_384, 16_384, 16_383])
    peer.send(windowUpdate(0, 3616 * 2))
    add()
    expect([...sent.values()]).toEqual([20_000, 20_000, 16_384, 16_383])
    peer.send(windowUpdate(0, 100_000))
    add()
    expect([...sent.values()]).toEqual([20_000, 20_000, 20_000, 20_000])
  })

  test('and a stream that is reset while it waits for its turn is passed over', () => {
    const peer = new Peer({ onRequest: bulk })
    peer.send(...[1, 3, 5, 7].map(get))
    peer.take()
    peer.send(rst(3), windowUpdate(0, 100_000))
    expect(new Set(peer.take().map(({ stream }) => stream))).toEqual(new Set([1, 5, 7]))
  })
})

test.each([1, 3, 5, 7])('a stream that waits before and after stream %s is not forgotten with it', (gone) => {
  const peer = new Peer({
    onRequest: ({ stream }) => {
      stream.respond(STATUS_200, false)
      stream.write(Buffer.alloc(stream.id === 1 ? 65_535 + 10 : 10))
      stream.end()
    },
  })
  peer.send(settings([4, 1_000_000]), get(1))
  peer.send(get(3), get(5), get(7))
  peer.take()
  peer.send(rst(gone))
  peer.send(get(9))
  peer.take()
  peer.send(windowUpdate(0, 1000))
  expect(peer.said()).toEqual([1, 3, 5, 7, 9].filter((id) => id !== gone).map((id) => `DATA ${id} END_STREAM 10`))
})

describe('a transport without room', () => {
  test('holds back heads and DATA, and nothing else', () => {
    const peer = new Peer({ onRequest: ({ stream }) => stream.respond(STATUS_200, false) })
    peer.hasRoom = false
    peer.send(get(1), settings())
    peer.last.stream.write(Buffer.from('x'))
    expect(peer.isScheduled).toBe(false)
    expect(peer.said()).toEqual(['SETTINGS 0 ACK 0'])
    peer.drain()
    expect(peer.said()).toEqual(['HEADERS 1 END_HEADERS 2', 'DATA 1 1'])
  })

  test('is told of no more than a batch at once', () => {
    const peer = new Peer({ onRequest: ({ stream }) => stream.respond(STATUS_200, false) })
    peer.send(windowUpdate(0, 10_000_000), settings([4, 10_000_000]), get(1))
    peer.last.stream.write(Buffer.alloc(1_000_000))
    peer.take()
    peer.flush()
    const bytes = peer.takeBytes().length
    expect(bytes).toBeGreaterThan(100_000)
    expect(bytes).toBeLessThan(200_000)
    peer.turn()
    expect(bytes + peer.takeBytes().length).toBe(1_000_000 + 62 * 9)
  })

  test('is not asked for a turn', () => {
    const peer = new Peer()
    peer.send(get(1))
    peer.hasRoom = false
    peer.last.stream.respond(STATUS_200, true)
    expect(peer.isScheduled).toBe(false)
    peer.drain()
    expect(peer.last.closes).toEqual([undefined])
  })

  test('lets go on whoever writes at half of what may wait, and not once all is said', () => {
    const peer = new Peer({
      onRequest: ({ stream }) => stream.respond(STATUS_200, false),
      options: { streamBufferBytes: 1000 },
    })
    peer.send(settings([4, 0]), get(1))
    const { stream } = peer.last
    stream.write(Buffer.alloc(1000))
    peer.send(windowUpdate(1, 499))
    expect(peer.last.drains).toBe(0)
    expect(stream.queuedBytes).toBe(501)
    expect(stream.write(Buffer.alloc(1))).toBe(false)
    peer.send(windowUpdate(1, 2))
    expect(peer.last.drains).toBe(1)
    expect(stream.write(Buffer.alloc(1000))).toBe(false)
    stream.end()
    peer.send(windowUpdate(1, 10_000))
    expect(peer.last).toMatchObject({ drains: 1, closes: [undefined] })
  })

  test('has nothing more to say to a stream that another one resets meanwhile', () => {
    const peer = new Peer({
      onRequest: ({ stream }) => {
        stream.respond(STATUS_200, false)
        stream.write(Buffer.alloc(1000))
      },
      options: { streamBufferBytes: 1000 },
      onDrain: () => peer.requests[1]!.stream.reset(errorCodes.CANCEL),
    })
    peer.send(get(1), get(3))
    expect(peer.requests.map(({ drains, closes }) => [drains, closes])).toEqual([
      [1, []],
      [0, [errorCodes.CANCEL]],
    ])
  })

  test('reaches whoever writes as `false`, and later as `onDrain`, once', () => {
    const peer = new Peer({
      onRequest: ({ stream }) => stream.respond(STATUS_200, false),
      options: { streamBufferBytes: 1000 },
    })
    peer.send(get(1))
    peer.hasRoom = false
    expect(peer.last.stream.write(Buffer.alloc(999))).toBe(true)
    expect(peer.last.stream.write(Buffer.alloc(1))).toBe(false)
    expect(peer.last.stream.write(Buffer.alloc(1))).toBe(false)
    peer.turn()
    expect(peer.last.drains).toBe(0)
    peer.drain()
    expect(peer.last.drains).toBe(1)
    expect(peer.last.stream.write(Buffer.alloc(1))).toBe(true)
  })
})

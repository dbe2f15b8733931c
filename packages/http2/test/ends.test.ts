import { describe, expect, test } from 'vitest'
import { errorCodes } from '../src/index.ts'
import { data, frame, GET, get, goAway, ping, post, STATUS_200, settings, windowUpdate } from './frames.ts'
import { Peer } from './peer.ts'

const MAX_ID = 2 ** 31 - 1

/** The answer to the PING that was just sent. */
const answerOf = (peer: Peer): { said: number[]; answer: Buffer } => {
  const frames = peer.take()
  const asked = frames.find(({ type, flags }) => type === 6 && flags === 0)!
  return { said: frames.map(({ type }) => type), answer: frame(6, 1, 0, asked.payload) }
}

describe('leave', () => {
  test('without streams is one GOAWAY and the end', () => {
    const peer = new Peer({ onRequest: ({ stream }) => stream.respond(STATUS_200, true) })
    peer.send(get(1))
    peer.take()
    peer.connection.leave()
    expect(peer.said()).toEqual(['GOAWAY after 1: 0'])
    expect(peer.ends).toEqual([undefined])
    expect(peer.connection.isEnded).toBe(true)
  })

  test('takes what was sent before its first GOAWAY was read, refuses the rest, and ends with the last answer', () => {
    const peer = new Peer()
    peer.send(get(1))
    peer.connection.leave()
    peer.connection.leave()
    peer.turn()
    const frames = peer.take()
    expect(frames.map(({ type }) => type)).toEqual([7, 6])
    expect(frames[0]!.payload.readUInt32BE()).toBe(MAX_ID)
    peer.send(get(3), frame(6, 1, 0, frames[1]!.payload))
    expect(peer.said()).toEqual(['GOAWAY after 3: 0'])
    peer.send(get(5))
    expect(peer.said()).toEqual(['RST_STREAM 5: 7'])
    expect(peer.requests.map(({ stream }) => stream.id)).toEqual([1, 3])
    for (const { stream } of peer.requests) stream.respond(STATUS_200, true)
    expect(peer.ends).toEqual([])
    peer.turn()
    expect(peer.ends).toEqual([undefined])
    expect(peer.said()).toEqual(['HEADERS 1 END_STREAM END_HEADERS 2', 'HEADERS 3 END_STREAM END_HEADERS 1'])
  })

  test('waits for the answer to its PING where the streams end before', () => {
    const peer = new Peer()
    peer.send(get(1))
    peer.connection.leave()
    peer.turn()
    const { answer } = answerOf(peer)
    peer.last.stream.respond(STATUS_200, true)
    peer.turn()
    expect(peer.ends).toEqual([])
    peer.send(answer)
    expect(peer.ends).toEqual([undefined])
    expect(peer.said().at(-1)).toBe('GOAWAY after 1: 0')
  })
})

describe('GOAWAY of the peer', () => {
  test('ends an idle connection', () => {
    const peer = new Peer()
    peer.send(goAway())
    expect(peer.said()).toEqual(['GOAWAY after 0: 0'])
    expect(peer.ends).toEqual([undefined])
  })

  test('lets what runs come to its end', () => {
    const peer = new Peer()
    peer.send(post(1), goAway(), data(1, 'all', true))
    expect(peer.ends).toEqual([])
    peer.last.stream.respond(STATUS_200, true)
    peer.turn()
    expect(peer.said()).toEqual(['HEADERS 1 END_STREAM END_HEADERS 2', 'GOAWAY after 1: 0'])
    expect(peer.ends).toEqual([undefined])
  })
})

describe('the end of what the peer sends', () => {
  test('closes streams without a whole request; answers to whole ones still leave', () => {
    const peer = new Peer()
    peer.send(get(1), post(3), get(5))
    peer.connection.finish()
    expect(peer.requests.map(({ closes }) => closes)).toEqual([[], [errorCodes.CANCEL], []])
    peer.send(get(7))
    expect(peer.requests.length).toBe(3)
    peer.requests[0]!.stream.respond(STATUS_200, true)
    peer.turn()
    expect(peer.ends).toEqual([])
    peer.requests[2]!.stream.respond(STATUS_200, true)
    peer.turn()
    expect(peer.ends).toEqual([undefined])
    expect(peer.said().slice(0, 2)).toEqual([
      'HEADERS 1 END_STREAM END_HEADERS 2',
      'HEADERS 5 END_STREAM END_HEADERS 1',
    ])
  })

  test.each([
    ['its stream', settings([4, 1])],
    ['the connection', settings([4, 1_000_000])],
  ])('closes a stream whose answer waits for the window of %s, then or later', (_name, before) => {
    for (const isLate of [false, true]) {
      const peer = new Peer()
      peer.send(before, get(1))
      if (isLate) peer.connection.finish()
      peer.last.stream.respond(STATUS_200, false)
      peer.last.stream.write(Buffer.alloc(100_000))
      peer.turn()
      if (!isLate) peer.connection.finish()
      expect(peer.last.closes).toEqual([errorCodes.CANCEL])
      expect(peer.ends).toEqual([undefined])
    }
  })

  test('leaves the rest of the chunk unread', () => {
    const peer = new Peer({ onData: () => peer.connection.finish() })
    peer.send(Buffer.concat([get(1), post(3), data(3, 'a'), get(5)]))
    expect(peer.requests.map(({ closes }) => closes)).toEqual([[], [errorCodes.CANCEL]])
  })

  test('is the end where nothing runs', () => {
    const peer = new Peer()
    peer.connection.finish()
    peer.connection.finish()
    expect(peer.ends).toEqual([undefined])
  })
})

describe('destroy', () => {
  test('closes streams and writes nothing any more', () => {
    const peer = new Peer()
    peer.send(post(1), get(3))
    peer.requests[1]!.stream.respond(STATUS_200, true)
    peer.take()
    peer.connection.destroy()
    peer.connection.destroy()
    expect(peer.idles).toBe(0)
    peer.turn()
    expect(peer.requests.map(({ closes }) => closes)).toEqual([[errorCodes.CANCEL], [errorCodes.CANCEL]])
    peer.send(get(5))
    peer.connection.leave()
    peer.connection.finish()
    peer.connection.close(errorCodes.NO_ERROR)
    expect(peer.connection.ping(() => {})).toBe(false)
    expect(peer.take()).toEqual([])
    expect(peer.ends).toEqual([])
    expect(peer.connection).toMatchObject({ isEnded: true, openStreams: 0 })
  })
})

describe('close', () => {
  test('says why, closes streams and ends at once', () => {
    const peer = new Peer()
    peer.send(post(1))
    peer.connection.close(errorCodes.INADEQUATE_SECURITY, 'no')
    const [last] = peer.take().slice(-1)
    expect(last!.payload.toString('latin1')).toBe('\0\0\0\u0001\0\0\0\u000cno')
    expect(peer.last.closes).toEqual([errorCodes.CANCEL])
    expect(peer.error).toMatchObject({ codeName: 'INADEQUATE_SECURITY', message: 'no' })
  })

  test('in order is no error', () => {
    const peer = new Peer()
    peer.connection.close(errorCodes.NO_ERROR)
    expect(peer.ends).toEqual([undefined])
  })

  test('with a code that there is not is a mistake of the caller', () => {
    expect(() => new Peer().connection.close(99)).toThrow(RangeError)
  })

  test('from within a listener leaves the rest of the chunk unread', () => {
    const peer = new Peer({ onData: () => peer.connection.close(errorCodes.NO_ERROR) })
    peer.send(Buffer.concat([post(1), data(1, 'a'), data(1, 'b'), get(3)]))
    expect(peer.requests.length).toBe(1)
    expect(peer.last.data.join()).toBe('a')
  })

  test('still says what the transport has no room for', () => {
    const peer = new Peer()
    peer.hasRoom = false
    peer.send(ping('12345678'))
    peer.connection.close(errorCodes.NO_ERROR)
    expect(peer.said()).toEqual(['PING 0 ACK 8', 'GOAWAY after 0: 0'])
  })
})

describe('ping', () => {
  test('hears of its own answer', () => {
    const peer = new Peer()
    const heard: string[] = []
    expect(peer.connection.ping(() => heard.push('first'))).toBe(true)
    peer.turn()
    const first = answerOf(peer).answer
    peer.connection.ping(() => heard.push('second'))
    peer.turn()
    const second = answerOf(peer).answer
    peer.send(second, second)
    expect(heard).toEqual(['second'])
    peer.send(first)
    expect(heard).toEqual(['second', 'first'])
  })

  test('is refused where 16 wait', () => {
    const peer = new Peer()
    const taken = Array.from({ length: 20 }, () => peer.connection.ping(() => {}))
    expect(taken.filter(Boolean).length).toBe(16)
  })
})

test('signs of life are requests, DATA and PING, and not what we have asked for', () => {
  const peer = new Peer()
  peer.connection.ping(() => {})
  const counts: number[] = []
  for (const bytes of [post(1), data(1, 'x'), ping(), ping('12345678', true), windowUpdate(0, 1), settings()]) {
    peer.signsOfLife = 0
    peer.send(bytes)
    counts.push(peer.signsOfLife)
  }
  expect(counts).toEqual([1, 1, 1, 0, 0, 0])
})

test('an idle connection is said to be one', () => {
  const peer = new Peer()
  peer.send(get(1), get(3))
  peer.requests[0]!.stream.respond(STATUS_200, true)
  peer.turn()
  expect(peer.idles).toBe(0)
  peer.requests[1]!.stream.reset(errorCodes.CANCEL)
  expect(peer.idles).toBe(1)
})

test('the same block again is the same fields', () => {
  const peer = new Peer()
  peer.send(frame(1, 0x5, 1, GET), frame(1, 0x5, 3, GET))
  expect(peer.requests[1]!.fields).toBe(peer.requests[0]!.fields)
})

import { describe, expect, test } from 'vitest'
import { errorCodes, type ServerOptions } from '../src/index.ts'
import {
  block,
  data,
  frame,
  GET,
  get,
  goAway,
  greeting,
  ping,
  post,
  rst,
  STATUS_200,
  settings,
  settingsAck,
  u32,
  windowUpdate,
} from './frames.ts'
import { Peer, type PeerOptions } from './peer.ts'

const priority = (id: number): Buffer => frame(2, 0, id, Buffer.concat([u32(0), Buffer.of(1)]))
const continuation = frame(9, 0, 1, block('x', 'y'))

interface Flood {
  readonly limit: keyof ServerOptions
  /** Where it is not the default. */
  readonly value?: number
  /** Before the flood. */
  readonly first?: Buffer
  readonly piece: (index: number) => Buffer
  /** How often the limit lets it happen. */
  readonly allowed?: number
}

const id = (index: number): number => 3 + 2 * index

const FLOODS: Record<string, Flood> = {
  'requests that are reset at once': { limit: 'maxResets', piece: (at) => Buffer.concat([get(id(at)), rst(id(at))]) },
  'requests that it makes us reset: WINDOW_UPDATE by 0': {
    limit: 'maxResets',
    piece: (at) => Buffer.concat([get(id(at)), windowUpdate(id(at), 0)]),
  },
  'requests that it makes us reset: trailers that do not end': {
    limit: 'maxResets',
    piece: (at) => Buffer.concat([post(id(at)), frame(1, 0x4, id(at), block('a', 'b'))]),
  },
  'requests that it makes us reset: DATA after the end': {
    limit: 'maxResets',
    piece: (at) => Buffer.concat([get(id(at)), data(id(at), 'x')]),
  },
  'requests that depend on themselves': {
    limit: 'maxResets',
    piece: (at) => frame(1, 0x25, id(at), Buffer.concat([u32(id(at)), Buffer.of(1), GET])),
  },
  'more streams than it may open': {
    limit: 'maxResets',
    first: Buffer.concat(Array.from({ length: 250 }, (_, at) => post(1 + 2 * at))),
    piece: (at) => get(501 + 2 * at),
  },
  PING: { limit: 'maxControlFrames', piece: () => ping(), value: 100 },
  'PING with ACK': { limit: 'maxControlFrames', piece: () => ping('12345678', true) },
  SETTINGS: { limit: 'maxControlFrames', piece: () => settings([4, 65_535]), value: 100 },
  PRIORITY: { limit: 'maxControlFrames', piece: () => priority(1) },
  'WINDOW_UPDATE of a stream': { limit: 'maxControlFrames', first: post(1), piece: () => windowUpdate(1, 1) },
  'WINDOW_UPDATE of the connection': { limit: 'maxControlFrames', piece: () => windowUpdate(0, 1) },
  'frames that nobody knows': { limit: 'maxControlFrames', piece: () => frame(0x42, 0, 0) },
  GOAWAY: { limit: 'maxControlFrames', first: post(1), piece: () => goAway() },
  'RST_STREAM of closed streams': {
    limit: 'maxControlFrames',
    first: Buffer.concat([post(1), rst(1)]),
    piece: () => rst(1),
  },
  'empty DATA': { limit: 'maxInvalidFrames', first: post(1), piece: () => data(1, '') },
  'DATA of padding': {
    limit: 'maxInvalidFrames',
    first: post(1),
    piece: () => frame(0, 0x8, 1, Buffer.alloc(3, 2).fill(0, 1)),
  },
  'trailers that do not end a stream that they had reset': {
    limit: 'maxInvalidFrames',
    first: Buffer.concat([post(1), frame(1, 0x4, 1, block('a', 'b'))]),
    piece: () => frame(1, 0x4, 1, block('a', 'b')),
  },
  CONTINUATION: { limit: 'maxContinuations', first: frame(1, 0, 1, GET), piece: () => continuation },
  'empty CONTINUATION': { limit: 'maxContinuations', first: frame(1, 0, 1, GET), piece: () => frame(9, 0, 1) },
  'CONTINUATION of many bytes': {
    limit: 'maxHeaderBlockBytes',
    first: frame(1, 0, 1, GET),
    piece: () => frame(9, 0, 1, Buffer.alloc(16_000)),
    allowed: 4,
  },
}

const DEFAULTS: Partial<Record<keyof ServerOptions, number>> = {
  maxResets: 500,
  maxControlFrames: 1000,
  maxInvalidFrames: 1000,
  maxContinuations: 16,
}

describe('a flood of', () => {
  test.each(Object.entries(FLOODS))('%s is told to calm down', (_name, { limit, value, first, piece, allowed }) => {
    const peer = new Peer({ now: () => 0, options: value === undefined ? {} : { [limit]: value } })
    // The SETTINGS of the beginning were one.
    const spent = limit === 'maxControlFrames' ? 1 : 0
    if (first) peer.send(first)
    const most = allowed ?? (value ?? DEFAULTS[limit]!) - spent
    let sent = 0
    while (!peer.connection.isEnded && sent <= most + 5) peer.send(piece(sent++))
    expect(peer.error?.codeName).toBe('ENHANCE_YOUR_CALM')
    expect(peer.error?.message).toContain(limit)
    // What earned some (a request earns four) allows more by that.
    expect(sent - 1).toBeGreaterThanOrEqual(most)
    expect(sent - 1).toBeLessThanOrEqual(most + 1)
    expect(peer.said().at(-1)).toMatch(/^GOAWAY after \d+: 11$/)
  })

  test('requests that whoever answers finds fault with counts too', () => {
    const peer = new Peer({ now: () => 0, onRequest: ({ stream }) => stream.reset(errorCodes.PROTOCOL_ERROR) })
    for (let at = 0; at < 501 && !peer.connection.isEnded; at++) peer.send(get(1 + 2 * at))
    expect(peer.error?.message).toContain('maxResets 500')
    expect(peer.requests.length).toBe(501)
    expect(peer.requests.every(({ closes }) => closes.length === 1)).toBe(true)
  })

  test('frames for streams that were forgotten is told to calm down', () => {
    const peer = new Peer({ now: () => 0, options: { maxConcurrentStreams: 2, maxInvalidFrames: 10 } })
    for (const at of [1, 3, 5]) {
      peer.send(post(at))
      peer.last.stream.reset(errorCodes.NO_ERROR)
    }
    for (let count = 0; count < 10; count++) peer.send(data(1, 'x'))
    expect(peer.error).toBeUndefined()
    peer.send(data(1, 'x'))
    expect(peer.error?.message).toContain('maxInvalidFrames 10')
  })

  test('what is to be answered while the peer reads nothing is told to calm down', () => {
    const peer = new Peer({ now: () => 0, options: { maxControlFrames: 1_000_000, maxUnsentControlFrames: 50 } })
    for (let count = 0; count < 200; count++) peer.send(ping())
    expect(peer.error).toBeUndefined()
    peer.hasRoom = false
    for (let count = 0; count < 50; count++) peer.send(ping())
    expect(peer.error).toBeUndefined()
    peer.send(ping())
    expect(peer.error?.message).toContain('maxUnsentControlFrames 50')
  })

  test('the same within one turn is told to calm down', () => {
    const peer = new Peer({ now: () => 0, options: { maxControlFrames: 1_000_000, maxUnsentControlFrames: 50 } })
    peer.send(...Array.from({ length: 51 }, () => ping()))
    expect(peer.error?.message).toContain('maxUnsentControlFrames 50')
  })
})

describe('no flood is', () => {
  test('what time gives back', () => {
    let nowMs = 0
    const peer = new Peer({ now: () => nowMs, options: { maxControlFrames: 10, maxResets: 30 } })
    for (let at = 0; at < 100; at++, nowMs += 1000) peer.send(ping(), get(1 + 2 * at), rst(1 + 2 * at))
    expect(peer.error).toBeUndefined()
  })

  test('PRIORITY and WINDOW_UPDATE with each request', () => {
    const onRequest: PeerOptions['onRequest'] = ({ stream }) => stream.respond(STATUS_200, true)
    const peer = new Peer({ now: () => 0, options: { maxControlFrames: 10 }, onRequest })
    for (let at = 0; at < 100; at++) peer.send(get(1 + 2 * at), priority(1 + 2 * at), windowUpdate(1 + 2 * at, 100))
    expect(peer.error).toBeUndefined()
  })

  test('four PINGs with each piece of content', () => {
    const peer = new Peer({ now: () => 0, options: { maxControlFrames: 10 } })
    peer.send(post(1))
    for (let count = 0; count < 100; count++) peer.send(data(1, 'x'), ping(), ping(), ping(), ping())
    expect(peer.error).toBeUndefined()
  })

  test('a WINDOW_UPDATE for each piece of an answer', () => {
    const peer = new Peer({ now: () => 0, options: { maxControlFrames: 10 } })
    peer.send(get(1))
    peer.last.stream.respond(STATUS_200, false)
    for (let count = 0; count < 100; count++) {
      peer.last.stream.write(Buffer.alloc(100))
      peer.send(windowUpdate(1, 100), windowUpdate(0, 100))
    }
    expect(peer.error).toBeUndefined()
  })

  test('but a WINDOW_UPDATE for each byte is', () => {
    const peer = new Peer({ now: () => 0, options: { maxControlFrames: 10 } })
    peer.send(settings([4, 0]), get(1))
    peer.last.stream.respond(STATUS_200, false)
    peer.last.stream.write(Buffer.alloc(100))
    for (let count = 0; count < 20; count++) peer.send(windowUpdate(1, 1))
    expect(peer.error?.message).toContain('maxControlFrames 10')
  })

  test('a peer that gives up what was answered', () => {
    const peer = new Peer({
      now: () => 0,
      options: { maxResets: 5 },
      onRequest: ({ stream }) => stream.respond(STATUS_200, true),
    })
    for (let at = 0; at < 50; at++) {
      peer.send(post(1 + 2 * at))
      peer.send(rst(1 + 2 * at))
    }
    expect(peer).toMatchObject({ error: undefined, peerResets: 0 })
  })

  test('content that crosses an early answer', () => {
    const peer = new Peer({ now: () => 0, options: { maxInvalidFrames: 5, maxResets: 5 } })
    for (let at = 0; at < 100; at++) {
      peer.send(post(1 + 2 * at))
      peer.last.stream.respond(STATUS_200, true)
      peer.last.stream.resetWhenSent(errorCodes.NO_ERROR)
      peer.turn()
      peer.send(...Array.from({ length: 10 }, () => data(1 + 2 * at, 'x')), data(1 + 2 * at, '', true))
    }
    expect(peer.error).toBeUndefined()
  })
})

describe('limits of a head', () => {
  test.each([
    ['maxHeaders', block(...Array.from({ length: 101 }, () => ['a', 'b']).flat())],
    ['maxHeaderListBytes', Buffer.concat(Array.from({ length: 10 }, () => block('a', 'x'.repeat(100))))],
  ] as const)('beyond %s there is a request without fields, and the next one is fine', (limit, fields) => {
    const peer = new Peer({ options: { maxHeaderListBytes: limit === 'maxHeaders' ? 65_536 : 500 } })
    peer.send(frame(1, 0x5, 1, Buffer.concat([GET, fields])), get(3))
    expect(peer.oversized).toEqual([limit])
    expect(peer.requests.map(({ fields }) => fields.length)).toEqual([0, 8])
    peer.requests[0]!.stream.respond(STATUS_200, true)
    peer.turn()
    expect(peer.said()).toEqual(['HEADERS 1 END_STREAM END_HEADERS 2'])
  })

  test('trailers beyond them are an error of the stream', () => {
    const peer = new Peer()
    peer.send(post(1), frame(1, 0x5, 1, block(...Array.from({ length: 101 }, () => ['a', 'b']).flat())))
    expect(peer.said()).toEqual(['RST_STREAM 1: 11'])
  })
})

test('the table may be as large as the protocol begins with until our SETTINGS were taken, and then as headerTableBytes says', () => {
  const remembering = Buffer.concat([POST_WITHOUT, Buffer.of(0x40, 1, 0x61, 1, 0x62)])
  const peer = new Peer({ isSilent: true, options: { headerTableBytes: 0 } })
  peer.send(
    greeting.subarray(0, -settingsAck.length),
    frame(1, 0x5, 1, remembering),
    frame(1, 0x5, 3, Buffer.of(0x82, 0xbe)),
  )
  expect(peer.last.fields).toEqual([':method', 'GET', 'a', 'b'])
  peer.send(settingsAck, frame(1, 0x5, 5, remembering))
  expect(peer.error?.codeName).toBe('COMPRESSION_ERROR')
})

test('a stream beyond maxConcurrentStreams is refused, and its fields are remembered all the same', () => {
  const peer = new Peer({ options: { maxConcurrentStreams: 1 } })
  // RFC 7541 §6.2.1: `a: b` goes into the table, where the next request finds it at 62.
  const remembering = Buffer.concat([POST_WITHOUT, Buffer.of(0x40, 1, 0x61, 1, 0x62)])
  peer.send(post(1), frame(1, 0x4, 3, remembering))
  expect(peer.said()).toEqual(['RST_STREAM 3: 7'])
  expect(peer.requests.length).toBe(1)
  peer.send(data(3, 'on its way'), data(3, '', true), rst(1), frame(1, 0x5, 5, Buffer.of(0x82, 0xbe)))
  expect(peer.last.fields).toEqual([':method', 'GET', 'a', 'b'])
  expect(peer.error).toBeUndefined()
})

const POST_WITHOUT = Buffer.of(0x83, 0x84, 0x86)

import { describe, expect, test } from 'vitest'
import { type ErrorCodeName, errorCodes } from '../src/index.ts'
import {
  block,
  data,
  frame,
  GET,
  get,
  goAway,
  ping,
  post,
  rst,
  STATUS_200,
  settings,
  settingsAck,
  u32,
  windowUpdate,
} from './frames.ts'
import { Peer } from './peer.ts'

/** What the server makes of a frame: nothing, a stream error, or one of the connection (RFC 9113 §5.4). */
type Verdict = 'fine' | `stream ${ErrorCodeName}` | ErrorCodeName

const answerAll = (peer: Peer): void => {
  for (const { stream } of peer.requests) stream.respond(STATUS_200, true)
  peer.turn()
}

/** Brings stream 1 into a state. */
const STATES: Record<string, (peer: Peer) => void> = {
  idle() {},
  open: (peer) => peer.send(post(1)),
  'half-closed (remote)': (peer) => peer.send(get(1)),
  'half-closed (local)': (peer) => {
    peer.send(post(1))
    answerAll(peer)
  },
  'closed by both ends': (peer) => {
    peer.send(get(1))
    answerAll(peer)
  },
  'closed by RST_STREAM of the peer': (peer) => peer.send(post(1), rst(1)),
  'closed by RST_STREAM of ours': (peer) => {
    peer.send(post(1))
    peer.last.stream.reset(errorCodes.CANCEL)
    peer.turn()
  },
  'closed by RST_STREAM of ours after its end': (peer) => {
    peer.send(get(1))
    peer.last.stream.reset(errorCodes.CANCEL)
    peer.turn()
  },
  'closed by RST_STREAM of ours, and ended since': (peer) => {
    STATES['closed by RST_STREAM of ours']!(peer)
    peer.send(data(1, 'late', true))
  },
  'closed by RST_STREAM of ours, and ended by trailers since': (peer) => {
    STATES['closed by RST_STREAM of ours']!(peer)
    peer.send(frame(1, 0x5, 1, block('x', 'y')))
  },
  'closed by an error of the frame that ended it': (peer) => peer.send(post(1), frame(1, 0x5, 1, block(':path', '/'))),
  'closed by RST_STREAM of both': (peer) => {
    STATES['closed by RST_STREAM of ours']!(peer)
    peer.send(rst(1))
  },
  skipped: (peer) => peer.send(get(3)),
}

const trailers = (flags: number) => frame(1, flags, 1, block('x', 'y'))

/** RFC 9113 §5.1, a line for each frame: its verdict in each of the states above. */
const FRAMES: Record<string, { bytes: Buffer; verdicts: Record<string, Verdict> }> = {
  DATA: {
    bytes: data(1, 'x'),
    verdicts: {
      idle: 'PROTOCOL_ERROR',
      open: 'fine',
      'half-closed (remote)': 'stream STREAM_CLOSED',
      'half-closed (local)': 'fine',
      'closed by both ends': 'STREAM_CLOSED',
      'closed by RST_STREAM of the peer': 'STREAM_CLOSED',
      'closed by RST_STREAM of ours': 'fine',
      'closed by RST_STREAM of ours after its end': 'STREAM_CLOSED',
      'closed by RST_STREAM of ours, and ended since': 'STREAM_CLOSED',
      'closed by RST_STREAM of ours, and ended by trailers since': 'STREAM_CLOSED',
      'closed by an error of the frame that ended it': 'STREAM_CLOSED',
      'closed by RST_STREAM of both': 'STREAM_CLOSED',
      skipped: 'PROTOCOL_ERROR',
    },
  },
  'HEADERS with END_STREAM': {
    bytes: trailers(0x5),
    verdicts: {
      idle: 'fine',
      open: 'fine',
      'half-closed (remote)': 'stream STREAM_CLOSED',
      'half-closed (local)': 'fine',
      'closed by both ends': 'STREAM_CLOSED',
      'closed by RST_STREAM of the peer': 'STREAM_CLOSED',
      'closed by RST_STREAM of ours': 'fine',
      'closed by RST_STREAM of ours after its end': 'STREAM_CLOSED',
      'closed by RST_STREAM of ours, and ended since': 'STREAM_CLOSED',
      'closed by RST_STREAM of ours, and ended by trailers since': 'STREAM_CLOSED',
      'closed by an error of the frame that ended it': 'STREAM_CLOSED',
      'closed by RST_STREAM of both': 'STREAM_CLOSED',
      skipped: 'PROTOCOL_ERROR',
    },
  },
  'HEADERS without END_STREAM': {
    bytes: trailers(0x4),
    verdicts: {
      idle: 'fine',
      open: 'stream PROTOCOL_ERROR',
      'half-closed (remote)': 'stream STREAM_CLOSED',
      'half-closed (local)': 'stream PROTOCOL_ERROR',
      'closed by both ends': 'STREAM_CLOSED',
      'closed by RST_STREAM of the peer': 'STREAM_CLOSED',
      'closed by RST_STREAM of ours': 'fine',
      'closed by RST_STREAM of ours after its end': 'STREAM_CLOSED',
      'closed by RST_STREAM of ours, and ended since': 'STREAM_CLOSED',
      'closed by RST_STREAM of ours, and ended by trailers since': 'STREAM_CLOSED',
      'closed by an error of the frame that ended it': 'STREAM_CLOSED',
      'closed by RST_STREAM of both': 'STREAM_CLOSED',
      skipped: 'PROTOCOL_ERROR',
    },
  },
  CONTINUATION: {
    bytes: frame(9, 0x4, 1, block('x', 'y')),
    verdicts: Object.fromEntries(Object.keys(STATES).map((state) => [state, 'PROTOCOL_ERROR'])),
  },
  'CONTINUATION on stream 0': {
    bytes: frame(9, 0x4, 0, block('x', 'y')),
    verdicts: { open: 'PROTOCOL_ERROR', idle: 'PROTOCOL_ERROR' },
  },
  PRIORITY: {
    bytes: frame(2, 0, 1, Buffer.concat([u32(0), Buffer.of(15)])),
    verdicts: Object.fromEntries(Object.keys(STATES).map((state) => [state, 'fine'])),
  },
  'PRIORITY of 4 bytes': {
    bytes: frame(2, 0, 1, u32(0)),
    verdicts: { idle: 'FRAME_SIZE_ERROR', open: 'stream FRAME_SIZE_ERROR', 'closed by both ends': 'FRAME_SIZE_ERROR' },
  },
  'PRIORITY that depends on itself': {
    bytes: frame(2, 0, 1, Buffer.concat([u32(1), Buffer.of(15)])),
    verdicts: { idle: 'PROTOCOL_ERROR', open: 'stream PROTOCOL_ERROR' },
  },
  RST_STREAM: {
    bytes: rst(1),
    verdicts: {
      ...Object.fromEntries(Object.keys(STATES).map((state) => [state, 'fine'])),
      idle: 'PROTOCOL_ERROR',
    },
  },
  'RST_STREAM of 3 bytes': {
    bytes: frame(3, 0, 1, Buffer.alloc(3)),
    verdicts: { open: 'FRAME_SIZE_ERROR', 'closed by both ends': 'FRAME_SIZE_ERROR' },
  },
  WINDOW_UPDATE: {
    bytes: windowUpdate(1, 1),
    verdicts: {
      ...Object.fromEntries(Object.keys(STATES).map((state) => [state, 'fine'])),
      idle: 'PROTOCOL_ERROR',
    },
  },
  'WINDOW_UPDATE by 0': {
    bytes: windowUpdate(1, 0),
    verdicts: {
      open: 'stream PROTOCOL_ERROR',
      'half-closed (remote)': 'stream PROTOCOL_ERROR',
      'half-closed (local)': 'stream PROTOCOL_ERROR',
      'closed by both ends': 'fine',
    },
  },
  'WINDOW_UPDATE to 2^31': {
    bytes: windowUpdate(1, 2 ** 31 - 65_535),
    verdicts: {
      open: 'stream FLOW_CONTROL_ERROR',
      'half-closed (remote)': 'stream FLOW_CONTROL_ERROR',
      'half-closed (local)': 'stream FLOW_CONTROL_ERROR',
      'closed by both ends': 'fine',
    },
  },
  'WINDOW_UPDATE to 2^31 - 1': {
    bytes: windowUpdate(1, 2 ** 31 - 65_536),
    verdicts: { open: 'fine', 'half-closed (remote)': 'fine' },
  },
  'WINDOW_UPDATE of 3 bytes': { bytes: frame(8, 0, 1, Buffer.alloc(3)), verdicts: { open: 'FRAME_SIZE_ERROR' } },
  PUSH_PROMISE: {
    bytes: frame(5, 0x4, 1, Buffer.concat([u32(2), GET])),
    verdicts: { open: 'PROTOCOL_ERROR', idle: 'PROTOCOL_ERROR' },
  },
  'trailers with a pseudo field': {
    bytes: frame(1, 0x5, 1, block(':path', '/')),
    verdicts: { open: 'stream PROTOCOL_ERROR', 'half-closed (local)': 'stream PROTOCOL_ERROR' },
  },
  'padding as long as DATA': {
    bytes: frame(0, 0x8, 1, Buffer.of(3, 1, 2)),
    verdicts: { open: 'PROTOCOL_ERROR', 'closed by RST_STREAM of ours': 'PROTOCOL_ERROR' },
  },
  'padding of all of DATA': { bytes: frame(0, 0x9, 1, Buffer.of(2, 0, 0)), verdicts: { open: 'fine' } },
  'padded DATA of 0 bytes': { bytes: frame(0, 0x8, 1), verdicts: { open: 'FRAME_SIZE_ERROR' } },
  'padding longer than HEADERS': {
    bytes: frame(1, 0xd, 1, Buffer.concat([Buffer.of(GET.length + 1), GET])),
    verdicts: { idle: 'PROTOCOL_ERROR' },
  },
  'padding of HEADERS': {
    bytes: frame(1, 0xd, 1, Buffer.concat([Buffer.of(2), GET, Buffer.alloc(2)])),
    verdicts: { idle: 'fine' },
  },
  'HEADERS that are padded and empty': { bytes: frame(1, 0xd, 1), verdicts: { idle: 'FRAME_SIZE_ERROR' } },
  'HEADERS too short for their priority': {
    bytes: frame(1, 0x25, 1, Buffer.alloc(4)),
    verdicts: { idle: 'FRAME_SIZE_ERROR' },
  },
  'HEADERS with priority': {
    bytes: frame(1, 0x25, 1, Buffer.concat([u32(0), Buffer.of(1), GET])),
    verdicts: { idle: 'fine' },
  },
  'HEADERS that depend on themselves': {
    bytes: frame(1, 0x25, 1, Buffer.concat([u32(0x80000001), Buffer.of(1), GET])),
    verdicts: { idle: 'stream PROTOCOL_ERROR' },
  },
  'HEADERS for stream 0': { bytes: frame(1, 0x5, 0, GET), verdicts: { idle: 'PROTOCOL_ERROR' } },
  'HEADERS for stream 2': { bytes: get(2), verdicts: { idle: 'PROTOCOL_ERROR', open: 'PROTOCOL_ERROR' } },
  'HEADERS that no table can make sense of': {
    bytes: frame(1, 0x5, 1, Buffer.of(0xff, 0xff)),
    verdicts: { idle: 'COMPRESSION_ERROR', 'closed by RST_STREAM of ours': 'COMPRESSION_ERROR' },
  },
  'DATA for stream 0': { bytes: data(0, 'x'), verdicts: { open: 'PROTOCOL_ERROR' } },
  'DATA for stream 2': { bytes: data(2, 'x'), verdicts: { open: 'PROTOCOL_ERROR' } },
  'WINDOW_UPDATE for stream 2': {
    bytes: windowUpdate(2, 1),
    verdicts: { open: 'PROTOCOL_ERROR', skipped: 'PROTOCOL_ERROR' },
  },
  'RST_STREAM for stream 0': { bytes: rst(0), verdicts: { open: 'PROTOCOL_ERROR' } },
  'PRIORITY for stream 0': { bytes: frame(2, 0, 0, Buffer.alloc(5)), verdicts: { open: 'PROTOCOL_ERROR' } },
  'SETTINGS for a stream': { bytes: frame(4, 0, 1), verdicts: { open: 'PROTOCOL_ERROR' } },
  'SETTINGS of 5 bytes': { bytes: frame(4, 0, 0, Buffer.alloc(5)), verdicts: { open: 'FRAME_SIZE_ERROR' } },
  'SETTINGS with ACK and payload': { bytes: frame(4, 1, 0, Buffer.alloc(6)), verdicts: { open: 'FRAME_SIZE_ERROR' } },
  'SETTINGS with ACK that answers none': { bytes: settingsAck, verdicts: { open: 'PROTOCOL_ERROR' } },
  'SETTINGS of no kind that is known': { bytes: settings([0x99, 7], [9, 1]), verdicts: { open: 'fine' } },
  'SETTINGS_ENABLE_PUSH 2': { bytes: settings([2, 2]), verdicts: { open: 'PROTOCOL_ERROR' } },
  'SETTINGS_INITIAL_WINDOW_SIZE 2^31': { bytes: settings([4, 2 ** 31]), verdicts: { open: 'FLOW_CONTROL_ERROR' } },
  'SETTINGS_MAX_FRAME_SIZE 16383': { bytes: settings([5, 16_383]), verdicts: { open: 'PROTOCOL_ERROR' } },
  'SETTINGS_MAX_FRAME_SIZE 2^24': { bytes: settings([5, 2 ** 24]), verdicts: { open: 'PROTOCOL_ERROR' } },
  'SETTINGS_ENABLE_CONNECT_PROTOCOL 2': { bytes: settings([8, 2]), verdicts: { open: 'PROTOCOL_ERROR' } },
  PING: { bytes: ping(), verdicts: { open: 'fine' } },
  'PING for a stream': { bytes: frame(6, 0, 1, Buffer.alloc(8)), verdicts: { open: 'PROTOCOL_ERROR' } },
  'PING of 7 bytes': { bytes: frame(6, 0, 0, Buffer.alloc(7)), verdicts: { open: 'FRAME_SIZE_ERROR' } },
  'PING with ACK that answers none': { bytes: ping('12345678', true), verdicts: { open: 'fine' } },
  'GOAWAY for a stream': { bytes: frame(7, 0, 1, Buffer.alloc(8)), verdicts: { open: 'PROTOCOL_ERROR' } },
  'GOAWAY of 7 bytes': { bytes: frame(7, 0, 0, Buffer.alloc(7)), verdicts: { open: 'FRAME_SIZE_ERROR' } },
  GOAWAY: { bytes: goAway(), verdicts: { open: 'fine' } },
  'WINDOW_UPDATE of the connection by 0': { bytes: windowUpdate(0, 0), verdicts: { open: 'PROTOCOL_ERROR' } },
  'WINDOW_UPDATE of the connection to 2^31': {
    bytes: windowUpdate(0, 2 ** 31 - 65_535),
    verdicts: { open: 'FLOW_CONTROL_ERROR' },
  },
  'a frame of 16385 bytes': { bytes: data(1, Buffer.alloc(16_385)), verdicts: { open: 'FRAME_SIZE_ERROR' } },
  'a frame of an unknown type': {
    bytes: frame(0x21, 0xff, 1, Buffer.alloc(100)),
    verdicts: { open: 'fine', idle: 'fine' },
  },
  'a reserved bit': { bytes: frame(1, 0x5, 0x80000001, GET), verdicts: { idle: 'fine' } },
  'flags that mean nothing here': { bytes: frame(6, 0xfe, 0, Buffer.alloc(8)), verdicts: { open: 'fine' } },
}

const CASES = Object.entries(FRAMES).flatMap(([name, { bytes, verdicts }]) =>
  Object.entries(verdicts).map(([state, verdict]) => [name, state, verdict, bytes] as const),
)

describe('a frame in a state', () => {
  test.each(CASES)('%s, stream %s: %s', (_name, state, verdict, bytes) => {
    const peer = new Peer()
    STATES[state]!(peer)
    peer.take()
    peer.send(bytes)
    expect(verdictOf(peer)).toBe(verdict)
    if (verdict === 'fine' || verdict.startsWith('stream')) {
      expect(peer.error).toBeUndefined()
      expectAlive(peer)
    } else {
      expect(peer.connection.isEnded).toBe(true)
      expect(peer.error?.codeName).toBe(verdict)
      expect(peer.requests.flatMap(({ closes }) => closes).length).toBe(peer.requests.length)
    }
  })
})

function verdictOf(peer: Peer): string {
  const nameOf = (code: number): string => Object.entries(errorCodes).find(([, value]) => value === code)![0]
  for (const { type, stream, payload } of peer.take()) {
    if (type === 3) {
      expect(stream).toBe(1)
      return `stream ${nameOf(payload.readUInt32BE())}`
    }
    if (type === 7) return nameOf(payload.readUInt32BE(4))
  }
  return 'fine'
}

/** A connection error would have come to nothing; and the field table is still in step. */
function expectAlive(peer: Peer): void {
  peer.send(ping('stillup!'))
  expect(peer.said()).toContain('PING 0 ACK 8')
}

test('the reserved bit of a stream id is ignored', () => {
  const peer = new Peer()
  peer.send(frame(1, 0x4, 0x80000003, GET), data(3, 'x'), frame(8, 0, 0x80000003, u32(0x80000001)))
  expect(peer.requests.map(({ stream }) => stream.id)).toEqual([3])
  expect(String(peer.last.data)).toBe('x')
  expect(peer.last.closes).toEqual([])
  expect(peer.error).toBeUndefined()
})

describe('within a field block', () => {
  const begun = frame(1, 0x1, 1, GET)
  test.each([
    ['DATA', data(1, 'x')],
    ['another HEADERS', get(3)],
    ['CONTINUATION of another stream', frame(9, 0x4, 3, block('x', 'y'))],
    ['PING', ping()],
    ['an unknown frame', frame(0x21, 0, 0)],
    ['RST_STREAM of its stream', rst(1)],
  ])('%s is refused', (_name, bytes) => {
    const peer = new Peer()
    peer.send(begun, bytes)
    expect(peer.error?.codeName).toBe('PROTOCOL_ERROR')
    expect(peer.requests).toEqual([])
  })

  test('CONTINUATION frames, empty ones too, make one request of it', () => {
    const peer = new Peer()
    peer.send(begun, frame(9, 0, 1), frame(9, 0, 1, block('a', 'b')), frame(9, 0x4, 1, block('c', 'd')))
    expect(peer.last.fields.slice(-4)).toEqual(['a', 'b', 'c', 'd'])
    expect(peer.last).toMatchObject({ endStream: true })
  })

  test('HEADERS of padding alone, and all of it in CONTINUATION, is one request', () => {
    const peer = new Peer()
    peer.send(frame(1, 0x9, 1, Buffer.of(3, 0, 0, 0)), frame(9, 0x4, 1, GET))
    expect(peer.last.fields.length).toBe(8)
  })

  test('its limits are those of each block alone', () => {
    const peer = new Peer({ options: { maxContinuations: 2, maxHeaderBlockBytes: 50 } })
    const more = frame(9, 0, 1, block('a', 'b'.repeat(10)))
    for (const id of [1, 3, 5]) {
      const pieces = [frame(1, 0x1, id, GET), more, frame(9, 0x4, id, block('c', 'd'.repeat(20)))]
      for (const piece of pieces) piece.writeUInt32BE(id, 5)
      peer.send(...pieces)
    }
    expect(peer.requests.map(({ fields }) => fields.length)).toEqual([12, 12, 12])
  })
})

describe('the beginning', () => {
  test.each([
    ['HTTP/1.1', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a preface with one wrong byte', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r!')],
    ['PING before SETTINGS', Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), ping()])],
    ['SETTINGS that are an ACK', Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), settingsAck])],
  ])('%s ends the connection', (_name, bytes) => {
    const peer = new Peer({ isSilent: true })
    peer.send(bytes)
    expect(peer.error?.codeName).toBe('PROTOCOL_ERROR')
    expect(peer.said().at(-1)).toBe('GOAWAY after 0: 1')
    peer.send(get(1))
    expect(peer.requests).toEqual([])
  })
})

import { deflateRawSync, gzipSync, constants as zlib } from 'node:zlib'
import { cutEveryByte } from '@tunnel/testkit'
import { describe, expect, test } from 'vitest'
import type { CaptureMessage } from '../src/index.ts'
import { Inspector } from '../src/index.ts'
import { protobufFields } from '../src/messages/protobuf-fields.ts'
import { messageView, readMessages } from '../src/messages/read-messages.ts'
import { sseEvents } from '../src/messages/sse-events.ts'
import { sendIntoWebSocket } from '../src/replay/send-message.ts'
import type { Capture } from '../src/store/capture.ts'
import { FakeEndpoint, requestHead, responseHead } from './fake-endpoint.ts'

function views(capture: Capture): { messages: CaptureMessage[]; problem: string | null } {
  const { messages, problem } = readMessages(capture)
  return { messages: messages.map(messageView), problem }
}

function webSocket(extensions = '') {
  const inspector = new Inspector()
  const observer = new FakeEndpoint(inspector).inspection.observe?.()
  observer?.onRequestHead(requestHead('GET', '/socket', ['Upgrade', 'websocket', 'Connection', 'Upgrade']), 1)
  observer?.onRequestEnd(undefined, 1)
  const headers = ['Upgrade', 'websocket', ...(extensions ? ['Sec-WebSocket-Extensions', extensions] : [])]
  observer?.onResponseHead(responseHead(101, 'Switching Protocols', headers), 2)
  const capture = inspector.store.newestFirst()[0] as Capture
  return {
    capture,
    inspector,
    fromVisitor: (bytes: Buffer) => observer?.onRequestBody(bytes),
    fromUpstream: (bytes: Buffer) => observer?.onResponseBody(bytes),
    observer,
  }
}

function frame(payload: string | Buffer, { opcode = 1, fin = true, rsv1 = false, masked = false } = {}): Buffer {
  const bytes = Buffer.from(payload)
  const first = (fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode
  const size = bytes.length < 126 ? [bytes.length] : [126, bytes.length >> 8, bytes.length & 255]
  if (!masked) return Buffer.concat([Buffer.from([first, ...size]), bytes])
  const key = Buffer.from([1, 2, 3, 4])
  size[0] = (size[0] ?? 0) | 0x80
  const hidden = bytes.map((byte, at) => byte ^ (key[at & 3] as number))
  return Buffer.concat([Buffer.from([first, ...size]), key, hidden])
}

describe('WebSocket', () => {
  test('messages of both directions, fragments put together, masks off', () => {
    const { capture, fromVisitor, fromUpstream } = webSocket()
    const bytes = Buffer.concat([
      frame('hel', { fin: false, masked: true }),
      frame('are you there', { opcode: 9, masked: true }),
      frame('lo', { opcode: 0, masked: true }),
      frame(Buffer.from([0xff, 0]), { opcode: 2, masked: true }),
    ])
    for (const piece of cutEveryByte(bytes)) fromVisitor(piece)
    fromUpstream(frame(Buffer.concat([Buffer.from([3, 232]), Buffer.from('bye')]), { opcode: 8 }))
    const { messages, problem } = views(capture)
    expect(problem).toBeNull()
    expect(messages).toMatchObject([
      { index: 0, direction: 'request', opcode: 'ping', text: 'are you there' },
      { index: 1, direction: 'request', opcode: 'text', text: 'hello', bytes: 5, truncated: false, compressed: false },
      { index: 2, direction: 'request', opcode: 'binary', base64: '/wA=' },
      { index: 3, direction: 'response', opcode: 'close', closeCode: 1000, text: 'bye' },
    ])
    expect(messages.every(({ atMs }) => atMs !== null)).toBe(true)
  })

  test('a message keeps its number, whatever comes after it from either side', () => {
    const inspector = new Inspector({ limits: { maxPieces: 3 } })
    const observer = new FakeEndpoint(inspector).inspection.observe?.()
    observer?.onRequestHead(requestHead('GET', '/socket', ['Upgrade', 'websocket', 'Connection', 'Upgrade']), 1)
    observer?.onRequestEnd(undefined, 1)
    observer?.onResponseHead(responseHead(101, 'Switching Protocols', ['Upgrade', 'websocket']), 2)
    const capture = inspector.store.newestFirst()[0] as Capture
    const told: string[] = []
    for (let count = 0; count < 12; count++) {
      // Later arrivals than can be noted count as having come with the last of their side.
      if (count % 3 === 0) observer?.onResponseBody(frame(`${count}`))
      else observer?.onRequestBody(frame(`${count}`, { masked: true }))
      told.push(`${count}`)
      const { messages } = views(capture)
      expect(messages.map((one) => 'text' in one && one.text)).toEqual(told)
      expect(messages.map(({ index }) => index)).toEqual([...told.keys()])
    }
  })

  test('a message that is sent in counts as one, and is marked', () => {
    const { capture, inspector } = webSocket()
    capture.inject = () => {}
    sendIntoWebSocket(inspector.store, capture, { to: 'visitor', text: 'from here' })
    expect(capture.messageCount).toBe(1)
    expect(views(capture).messages).toMatchObject([{ direction: 'response', text: 'from here', injected: true }])
  })

  test('compression is undone, also with a window that lasts', () => {
    const { capture, fromUpstream } = webSocket('permessage-deflate; client_no_context_takeover')
    const [first, second] = compressed(['hello hello hello', 'hello hello again'])
    fromUpstream(
      Buffer.concat([frame(first as Buffer, { rsv1: true }), frame('plain'), frame(second as Buffer, { rsv1: true })]),
    )
    expect(views(capture).messages).toMatchObject([
      { text: 'hello hello hello', compressed: true },
      { text: 'plain', compressed: false },
      { text: 'hello hello again', compressed: true },
    ])
  })

  test('a bomb is not opened further than its bound', () => {
    const { capture, fromUpstream } = webSocket('permessage-deflate')
    const bomb = deflateRawSync(Buffer.alloc(40_000_000), { finishFlush: zlib.Z_SYNC_FLUSH }).subarray(0, -4)
    fromUpstream(frame('before'))
    fromUpstream(frame(bomb, { rsv1: true }))
    const { messages, problem } = views(capture)
    expect(messages.length).toBe(1)
    expect(problem).toContain('cannot be decompressed (ERR_BUFFER_TOO_LARGE)')
  })

  test.each([
    ['reserved bits', Buffer.from([0x91, 0])],
    ['opcode 3', Buffer.from([0x83, 0])],
    ['a control frame of', Buffer.from([0x89, 126, 1, 0])],
    ['a continuation of no message', frame('x', { opcode: 0 })],
    ['without permessage-deflate', frame('x', { rsv1: true })],
  ])('bytes that are no frame end the reading: %s', (reason, bytes) => {
    const { capture, fromUpstream } = webSocket()
    fromUpstream(Buffer.concat([frame('good'), bytes, frame('never read')]))
    const { messages, problem } = views(capture)
    expect(messages).toMatchObject([{ text: 'good' }])
    expect(problem).toContain(reason)
  })

  test('a long message is shown by its beginning, never in the middle of a character', () => {
    const { capture, fromUpstream } = webSocket()
    fromUpstream(frame(`a${'ü'.repeat(4000)}`))
    const [message] = views(capture).messages
    expect(message).toMatchObject({ bytes: 8001, truncated: true })
    expect(message?.type === 'websocket' && message.text?.endsWith('ü')).toBe(true)
  })
})

/** Two messages of one deflate stream, as a sender with a lasting window writes them. */
function compressed(texts: string[]): Buffer[] {
  const whole = texts.map((_text, index) =>
    deflateRawSync(Buffer.from(texts.slice(index, index + 1).join('')), {
      finishFlush: zlib.Z_SYNC_FLUSH,
      ...(index > 0 && { dictionary: Buffer.from(texts.slice(0, index).join('')) }),
    }),
  )
  return whole.map((bytes) => bytes.subarray(0, -4))
}

describe('server-sent events', () => {
  const events = (text: string) => sseEvents(Buffer.from(text)).messages.map(messageView)

  test('fields, comments, line ends and ids that last', () => {
    expect(
      events(
        ': hi\r\nevent: price\r\ndata: {"a":1}\r\ndata:second\r\nid: 7\r\n\r\ndata: x\rretry: 500\r\rdata: not ended\n',
      ),
    ).toMatchObject([
      { type: 'sse', event: 'price', text: '{"a":1}\nsecond', id: '7', bytes: 14 },
      { type: 'sse', event: 'message', text: 'x', id: '7', retryMs: 500 },
    ])
  })

  test('bytes that are no UTF-8 are shown as far as they are', () => {
    expect(
      sseEvents(Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0x0a, 0x0a])).messages.map(messageView),
    ).toMatchObject([{ text: '\ufffd' }])
  })
})

describe('gRPC', () => {
  const grpcFrame = (payload: Buffer, flag = 0) => {
    const head = Buffer.alloc(5)
    head[0] = flag
    head.writeUInt32BE(payload.length, 1)
    return Buffer.concat([head, payload])
  }
  function call(bytes: Buffer, encoding = '') {
    const inspector = new Inspector()
    const headers = ['Content-Type', 'application/grpc', ...(encoding ? ['grpc-encoding', encoding] : [])]
    new FakeEndpoint(inspector).exchange({ responseHeaders: headers, responseBody: bytes })
    return views(inspector.store.newestFirst()[0] as Capture)
  }
  // 1: 150, 2: "testing", 3: { 1: 1 }
  const message = Buffer.from('089601120774657374696e671a020801', 'hex')

  test('messages and their fields, without a schema', () => {
    expect(call(Buffer.concat([grpcFrame(message), grpcFrame(gzipSync(message), 1)]), 'gzip').messages).toMatchObject([
      {
        type: 'grpc',
        direction: 'response',
        bytes: 16,
        compressed: false,
        fields: [
          { number: 1, wireType: 'varint', value: '150' },
          { number: 2, wireType: 'bytes', value: 'testing' },
          { number: 3, wireType: 'bytes', fields: [{ number: 1, wireType: 'varint', value: '1' }] },
        ],
      },
      { compressed: true, bytes: 16 },
    ])
  })

  test('a bomb is not opened', () => {
    const { messages, problem } = call(grpcFrame(gzipSync(Buffer.alloc(40_000_000)), 1), 'gzip')
    expect([messages, problem]).toEqual([[], 'at byte 0: a message cannot be decompressed (ERR_BUFFER_TOO_LARGE)'])
  })

  test('what is no message says so', () => {
    expect(call(Buffer.from([7, 0, 0, 0, 0])).problem).toBe('at byte 0: flag 7 of a message is neither 0 nor 1')
  })

  test('fields that nest without end are bytes below a depth', () => {
    let nested = Buffer.from([8, 1])
    for (let depth = 0; depth < 60; depth++) nested = Buffer.concat([Buffer.from([0x0a, nested.length]), nested])
    expect(JSON.stringify(protobufFields(nested)).match(/fields/g)?.length).toBe(16)
    expect(protobufFields(Buffer.from([0xff, 0xff]))).toBeUndefined()
  })
})

test('a connection is a timeline', () => {
  const inspector = new Inspector()
  const observer = new FakeEndpoint(inspector, { protocol: 'tcp' }).inspection.observeConnection?.({
    visitorAddress: '192.0.2.1:5',
    protocol: 'raw',
    serverName: '',
  })
  observer?.onBytes('request', Buffer.from('SELECT 1'))
  observer?.onBytes('response', Buffer.from([0xff, 0x00]))
  observer?.onBytes('request', Buffer.from('quit'))
  observer?.onEnd('request', 3)
  observer?.onEnd('response', 4)
  const capture = inspector.store.newestFirst()[0] as Capture
  expect([capture.kind, capture.state, capture.remoteAddress]).toEqual(['tcp', 'complete', '192.0.2.1:5'])
  expect(views(capture).messages).toMatchObject([
    { type: 'bytes', direction: 'request', offset: 0, text: 'SELECT 1' },
    { type: 'bytes', direction: 'response', offset: 0, base64: '/wA=' },
    { type: 'bytes', direction: 'request', offset: 8, text: 'quit' },
  ])
})

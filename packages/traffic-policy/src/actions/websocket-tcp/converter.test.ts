import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createWebSocketTcpConverter, MAX_MESSAGE_BYTES } from './converter.ts'
import { Opcode } from './frame.ts'

/** A frame as a client sends it: RFC 6455 §5.2 written out. */
function frame(
  opcode: number,
  payload: Buffer | string = '',
  { isFinal = true, mask = [1, 2, 3, 4], length = -1 } = {},
): Buffer {
  const bytes = Buffer.from(payload)
  const head = [(isFinal ? 0x80 : 0) | opcode]
  const size = length < 0 ? bytes.length : length
  if (size < 126) head.push(0x80 | size)
  else if (size < 65_536) head.push(0x80 | 126, size >> 8, size & 255)
  else head.push(0x80 | 127, 0, 0, 0, 0, (size >>> 24) & 255, (size >> 16) & 255, (size >> 8) & 255, size & 255)
  return Buffer.concat([Buffer.from([...head, ...mask]), Buffer.from(bytes.map((byte, at) => byte ^ mask[at % 4]!))])
}

function setup(hasRoom = () => true) {
  const client: Buffer[] = []
  const upstream: Buffer[] = []
  const ends: string[] = []
  const converter = createWebSocketTcpConverter({
    toClient: (bytes) => client.push(Buffer.from(bytes)),
    clientHasRoom: () => hasRoom(),
    toUpstream: (bytes) => upstream.push(Buffer.from(bytes)),
    endUpstream: () => ends.push('upstream'),
    endClient: () => ends.push('client'),
  })
  return {
    converter,
    ends,
    toClient: () => Buffer.concat(client),
    toUpstream: () => Buffer.concat(upstream).toString(),
  }
}

const CLOSE_NORMAL = Buffer.from([0x88, 2, 0x03, 0xe8])
const CLOSE_PROTOCOL_ERROR = Buffer.from([0x88, 2, 0x03, 0xea])

describe('from the client', () => {
  test('binary and text messages are bytes, fragments and control frames between them or not', () => {
    const { converter, toUpstream, toClient } = setup()
    converter.fromClient(
      Buffer.concat([
        frame(Opcode.binary, 'one '),
        frame(Opcode.text, 'zwö '),
        frame(Opcode.binary, 'th', { isFinal: false }),
        frame(Opcode.ping, 'there?'),
        frame(Opcode.continuation, 'r', { isFinal: false }),
        frame(Opcode.pong),
        frame(Opcode.continuation, 'ee'),
        frame(Opcode.binary),
      ]),
    )
    expect(toUpstream()).toBe('one zwö three')
    expect(toClient()).toEqual(Buffer.from('\x8a\x06there?', 'latin1'))
  })

  test('a long message is passed as it comes, not when it ended', () => {
    const { converter, toUpstream } = setup()
    const whole = frame(Opcode.binary, Buffer.alloc(100_000, 'x'))
    converter.fromClient(whole.subarray(0, 50_000))
    expect(toUpstream()).toHaveLength(50_000 - 14)
    converter.fromClient(whole.subarray(50_000))
    expect(toUpstream()).toHaveLength(100_000)
  })

  test.each([125, 126, 65_535, 65_536])('a message of %i bytes', (size) => {
    const { converter, toUpstream } = setup()
    converter.fromClient(frame(Opcode.binary, 'y'.repeat(size)))
    expect(toUpstream()).toBe('y'.repeat(size))
  })

  test.each<[string, Buffer]>([
    ['a frame without a mask', Buffer.from([0x82, 1, 0x61])],
    ['a reserved bit', Buffer.from([0xc2, 0x80, 0, 0, 0, 0])],
    ['an unknown opcode', frame(3)],
    ['an unknown control opcode', frame(11)],
    ['a fragmented ping', frame(Opcode.ping, '', { isFinal: false })],
    ['a ping of 126 bytes', frame(Opcode.ping, 'x'.repeat(126))],
    ['a continuation of nothing', frame(Opcode.continuation, 'x')],
    ['a message within a message', Buffer.concat([frame(Opcode.binary, '', { isFinal: false }), frame(Opcode.binary)])],
    ['a close of one byte', frame(Opcode.close, 'x')],
    ['a close with a code that is never sent', frame(Opcode.close, Buffer.from([0x03, 0xed]))],
    ['a close with a code below 1000', frame(Opcode.close, Buffer.from([0, 1]))],
    ['a length not in its shortest form', Buffer.from([0x82, 0xfe, 0, 5, 0, 0, 0, 0])],
    ['a length beyond 2^53', Buffer.from([0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])],
  ])('%s ends both sides', (_, bytes) => {
    const { converter, toClient, ends } = setup()
    converter.fromClient(bytes)
    expect(toClient()).toEqual(CLOSE_PROTOCOL_ERROR)
    converter.fromClient(frame(Opcode.binary, 'more'))
    expect(toClient()).toEqual(CLOSE_PROTOCOL_ERROR)
    expect(ends).toEqual(['upstream', 'client'])
  })

  test('whatever comes, however it is cut, comes out the same', () => {
    const frames = fc.array(
      fc.oneof(
        fc
          .tuple(fc.constantFrom(0, 1, 2, 8, 9, 10, 5), fc.string(), fc.boolean())
          .map(([opcode, text, isFinal]) => frame(opcode, text, { isFinal })),
        fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
      ),
      { maxLength: 8 },
    )
    fc.assert(
      fc.property(frames, fc.array(fc.nat(), { maxLength: 6 }), (list, cuts) => {
        const bytes = Buffer.concat(list)
        const whole = setup()
        whole.converter.fromClient(bytes)
        for (const ats of [cuts, [...bytes.keys()]]) {
          const cut = setup()
          let from = 0
          for (const at of [
            ...ats.map((one) => one % (bytes.length + 1)).sort((one, other) => one - other),
            bytes.length,
          ]) {
            cut.converter.fromClient(bytes.subarray(from, at))
            from = at
          }
          expect([cut.toUpstream(), cut.toClient(), cut.ends]).toEqual([
            whole.toUpstream(),
            whole.toClient(),
            whole.ends,
          ])
        }
      }),
    )
  })
})

describe('from the upstream', () => {
  test('bytes are binary messages, with the shortest length that holds', () => {
    const { converter, toClient } = setup()
    converter.fromUpstream(Buffer.from('hi'))
    converter.fromUpstream(Buffer.alloc(300, 'x'))
    expect(toClient().subarray(0, 8)).toEqual(Buffer.from([0x82, 2, 0x68, 0x69, 0x82, 126, 1, 44]))
    expect(toClient()).toHaveLength(4 + 4 + 300)
  })

  test('no message is longer than the limit', () => {
    const { converter, toClient } = setup()
    converter.fromUpstream(Buffer.alloc(MAX_MESSAGE_BYTES + 1, 'x'))
    const sent = toClient()
    expect(sent.subarray(0, 10)).toEqual(Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 0x10, 0, 0]))
    expect(sent.subarray(10 + MAX_MESSAGE_BYTES)).toEqual(Buffer.from([0x82, 1, 0x78]))
  })
})

describe('the end', () => {
  test("of the client's side is the upstream's FIN; what the upstream still says arrives, then both are closed", () => {
    const { converter, toClient, ends } = setup()
    converter.fromClient(frame(Opcode.close, Buffer.from([0x03, 0xe8])))
    expect(ends).toEqual(['upstream'])
    converter.fromUpstream(Buffer.from('bye'))
    converter.upstreamEnded()
    expect(toClient()).toEqual(Buffer.concat([Buffer.from('\x82\x03bye', 'latin1'), CLOSE_NORMAL]))
    expect(ends).toEqual(['upstream', 'client'])
  })

  test("of the upstream's side is a close frame; the client's connection is closed when it answered", () => {
    const { converter, toClient, ends } = setup()
    converter.upstreamEnded()
    expect(toClient()).toEqual(CLOSE_NORMAL)
    expect(ends).toEqual(['upstream'])
    converter.fromClient(frame(Opcode.close, Buffer.from([0x03, 0xe8])))
    expect(ends).toEqual(['upstream', 'client'])
  })

  test('of an upstream that broke off says so', () => {
    const { converter, toClient } = setup()
    converter.upstreamEnded('ERR')
    expect(toClient()).toEqual(Buffer.from('\x88\x05\x03\xf3ERR', 'latin1'))
  })

  test('has a reason that fits', () => {
    const { converter, toClient } = setup()
    converter.upstreamEnded('x'.repeat(500))
    expect(toClient()).toHaveLength(2 + 125)
  })

  test('of the connection without a close frame ends the upstream', () => {
    const { converter, toClient, ends } = setup()
    converter.clientEnded()
    converter.clientEnded()
    converter.fromUpstream(Buffer.from('too late'))
    expect(ends).toEqual(['upstream', 'client'])
    expect(toClient()).toHaveLength(0)
  })

  test('nothing is sent after a close frame', () => {
    const { converter, toClient } = setup()
    converter.upstreamEnded()
    converter.fromUpstream(Buffer.from('x'))
    converter.ping()
    converter.fromClient(frame(Opcode.ping))
    converter.upstreamEnded('late')
    expect(toClient()).toEqual(CLOSE_NORMAL)
  })
})

test('a ping asks the client', () => {
  const { converter, toClient } = setup()
  converter.ping()
  expect(toClient()).toEqual(Buffer.from([0x89, 0]))
})

test('of the pings of a client that does not read only the last is answered, once it does', () => {
  let hasRoom = false
  const { converter, toClient } = setup(() => hasRoom)
  for (const text of ['one', 'two', 'three']) converter.fromClient(frame(Opcode.ping, text))
  expect(toClient()).toHaveLength(0)
  hasRoom = true
  converter.clientDrained()
  converter.clientDrained()
  expect(toClient()).toEqual(Buffer.from('\x8a\x05three', 'latin1'))
})

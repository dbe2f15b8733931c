import { cutAt, cutEveryByte, seeded } from '@tunnel/testkit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeFields } from '../src/index.ts'
import { block, data, frame, GET, get, greeting, ping, post, rst, settings, u32, windowUpdate } from './frames.ts'
import { Peer } from './peer.ts'

/** All kinds of frames, valid ones, and an error at the end. */
const CONVERSATION = Buffer.concat([
  greeting,
  windowUpdate(0, 100_000),
  post(1),
  frame(1, 0x2c, 3, Buffer.concat([Buffer.of(3), u32(1), Buffer.of(9), GET, Buffer.alloc(3)])),
  data(1, 'first'),
  frame(0, 0x8, 1, Buffer.from('\u0004padded\0\0\0\0', 'latin1')),
  frame(0x77, 0xff, 3, Buffer.alloc(300, 0x77)),
  frame(1, 0x1, 5, GET.subarray(0, 2)),
  frame(9, 0, 5, GET.subarray(2, 5)),
  frame(9, 0x4, 5, GET.subarray(5)),
  data(3, Buffer.alloc(16_384, 'y')),
  ping('question'),
  settings([4, 100_000], [1, 0]),
  data(1, '', true),
  get(7),
  rst(7, 3),
  frame(1, 0x5, 3, block('x-trailer', 'yes')),
  frame(0, 0x9, 9, Buffer.of(0)),
])

/** All that a connection did, the pieces of DATA joined. */
function heard(pieces: readonly Buffer[]): unknown {
  const block = encodeFields([':status', '200'])
  const peer = new Peer({ isSilent: true, onRequest: ({ stream }) => stream.respond(block, false) })
  peer.receive(...pieces)
  peer.turn()
  return {
    requests: peer.requests.map(({ stream, fields, endStream, data, trailers, isWhole, closes }) => ({
      id: stream.id,
      fields,
      endStream,
      data: Buffer.concat(data).toString('latin1'),
      trailers,
      isWhole,
      closes,
    })),
    error: peer.error?.message,
    resets: peer.peerResets,
    said: peer.said(),
  }
}

describe('however the bytes are cut', () => {
  const whole = heard([CONVERSATION])

  test('all at once they are what they say', () => {
    expect(whole).toMatchObject({
      requests: [
        { id: 1, data: 'firstpadded', isWhole: true },
        { id: 3, trailers: ['x-trailer', 'yes'] },
        { id: 5, endStream: true },
        { id: 7, closes: [3] },
      ],
      error: 'DATA for stream 9, which is idle (RFC 9113 §5.1)',
      resets: 1,
    })
  })

  test('each alone they say the same', () => {
    expect(heard(cutEveryByte(CONVERSATION))).toEqual(whole)
  })

  test('at random they say the same', () => {
    const cuts = fc.array(fc.nat(CONVERSATION.length), { maxLength: 40, size: 'max' })
    fc.assert(
      fc.property(cuts, (at) => {
        expect(heard(cutAt(CONVERSATION, at))).toEqual(whole)
      }),
      { numRuns: 200 },
    )
  })
})

test('of bytes that are changed at random nothing comes but calls in their order, and an end', () => {
  const random = seeded(20_251_121)
  const outcomes = new Set<string | undefined>()
  for (let run = 0; run < 2000; run++) {
    const bytes = Buffer.from(CONVERSATION)
    for (let count = 1 + random() * 4; count > 0; count--)
      bytes[greeting.length + Math.floor(random() * (random() < 0.7 ? 250 : bytes.length - greeting.length))] =
        random() * 256
    const peer = new Peer({
      isSilent: true,
      onData: ({ isWhole, closes }) => expect({ isWhole, closes }).toEqual({ isWhole: false, closes: [] }),
      onEnd: ({ closes }) => expect(closes).toEqual([]),
    })
    peer.send(...cutAt(bytes, [random() * bytes.length, random() * bytes.length]))
    outcomes.add(peer.error?.codeName)
    peer.connection.destroy()
    expect(peer.requests.map(({ closes }) => closes.length)).toEqual(peer.requests.map(() => 1))
    expect(peer.connection.openStreams).toBe(0)
  }
  expect([...outcomes]).toEqual(expect.arrayContaining(['PROTOCOL_ERROR', 'FRAME_SIZE_ERROR', undefined]))
})

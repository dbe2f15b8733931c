import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { ACK, DATA, dataBytes, FIN, frameBytes, GO_AWAY, PING, RST, SYN, WINDOW } from './raw-peer.ts'
import { clientWithRawPeer, readAll, serverWithRawPeer, settle, whenClosed } from './sessions.ts'

const WINDOW_BYTES = 256 * 1024
const open = (streamId: number) => frameBytes(WINDOW, SYN, streamId, 0)

const violations: Array<[name: string, message: string, ...frames: Buffer[]]> = [
  ['another version', 'version 1 is not 0', Buffer.of(1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0)],
  ['an unknown type', 'frame type 9 is above 3', frameBytes(9, 0, 1, 0)],
  ['unknown flags', 'flags 0x10 exceed 0xf', frameBytes(DATA, 16, 1, 0)],
  ['data for stream 0', 'frame type 0 for stream 0', frameBytes(DATA, 0, 0, 0)],
  ['a window update for stream 0', 'frame type 1 for stream 0', frameBytes(WINDOW, 0, 0, 1)],
  ['a ping with a stream id', 'frame type 2 for stream 5, not 0', frameBytes(PING, SYN, 5, 1)],
  ['a go-away with a stream id', 'frame type 3 for stream 5, not 0', frameBytes(GO_AWAY, 0, 5, 0)],
  ['a ping that neither asks nor answers', 'ping with flags 0x0', frameBytes(PING, 0, 0, 1)],
  ['a ping that asks and answers', 'ping with flags 0x3', frameBytes(PING, SYN | ACK, 0, 1)],
  ['an id of the other side', 'peer opened stream 2, an id of ours', open(2)],
  ['the same stream twice', 'peer opened stream 1 twice', open(1), open(1)],
  ['a stream opened and reset in one frame', 'SYN with RST for stream 1', frameBytes(WINDOW, SYN | RST, 1, 0)],
  ['data for a stream never opened', 'frame for stream 7, which was never opened', dataBytes(0, 7, 'x')],
  ['data for a stream we never opened', 'frame for stream 8, which was never opened', dataBytes(0, 8, 'x')],
  [
    'data after FIN',
    'data frame of 1 bytes for stream 1 after its FIN',
    dataBytes(SYN | FIN, 1, 'x'),
    dataBytes(0, 1, 'y'),
  ],
  ['FIN after FIN', 'unexpected receive-fin for stream 1', dataBytes(SYN | FIN, 1, 'x'), frameBytes(WINDOW, FIN, 1, 0)],
  ['a window above 2^32 - 1', 'exceeds 4294967295', open(1), frameBytes(WINDOW, 0, 1, 0xffff_ffff)],
]

test.each(violations)('ends the session on %s', async (_name, message, ...frames) => {
  const { errors, peer, server } = serverWithRawPeer()
  peer.send(...frames)
  expect(await peer.frame({ type: GO_AWAY })).toMatchObject({ streamId: 0, length: 1 })
  peer.far.end()
  await whenClosed(server)
  expect(errors).toMatchObject([{ code: 'ERR_YAMUX_PROTOCOL', message: expect.stringContaining(message) }])
})

test('ends the session on a frame that exceeds the window, before its payload arrives', async () => {
  const { errors, peer, server } = serverWithRawPeer()
  peer.send(frameBytes(DATA, SYN, 1, WINDOW_BYTES + 1))
  expect(await peer.frame({ type: GO_AWAY })).toMatchObject({ length: 1 })
  peer.far.end()
  await whenClosed(server)
  expect(errors).toMatchObject([
    {
      code: 'ERR_YAMUX_WINDOW_EXCEEDED',
      message: 'data frame of 262145 bytes exceeds the 262144 left in the window of stream 1',
    },
  ])
})

test('ends the session on the first byte beyond the window of a reader that does not read', async () => {
  const { errors, peer, server, accepted } = serverWithRawPeer()
  peer.send(dataBytes(SYN, 1, Buffer.alloc(WINDOW_BYTES)))
  await peer.roundTrip()
  expect(accepted[0]!.bytesRead).toBe(WINDOW_BYTES)
  peer.send(dataBytes(0, 1, 'x'))
  await peer.frame({ type: GO_AWAY, length: 1 })
  peer.far.end()
  await whenClosed(server)
  expect(errors).toMatchObject([{ code: 'ERR_YAMUX_WINDOW_EXCEEDED' }])
})

test('reads nothing after a violation, not even from the same chunk', async () => {
  const { accepted, peer, server } = serverWithRawPeer()
  peer.send(frameBytes(9, 0, 0, 0), open(1))
  peer.send(open(3))
  await peer.frame({ type: GO_AWAY })
  peer.far.end()
  await whenClosed(server)
  expect(accepted).toEqual([])
})

describe('frames for a stream that is gone', () => {
  test('drops the data of a stream that we reset, and goes on', async () => {
    const { accepted, errors, peer } = serverWithRawPeer()
    peer.send(open(1))
    await peer.roundTrip()
    accepted[0]!.reset()
    await peer.frame({ streamId: 1, flags: RST })
    peer.send(dataBytes(0, 1, Buffer.alloc(100_000)), frameBytes(WINDOW, FIN, 1, 7), frameBytes(WINDOW, RST, 1, 0))
    peer.send(dataBytes(SYN | FIN, 3, 'next'))
    await peer.roundTrip()
    expect(await readAll(accepted[1]!)).toBe('next')
    expect(errors).toEqual([])
    expect(peer.frames.filter((frame) => frame.streamId === 1 && frame.flags === RST)).toHaveLength(1)
  })

  test('drops the rest of a frame whose stream is reset in its middle', async () => {
    const { accepted, errors, peer } = serverWithRawPeer()
    const frame = dataBytes(SYN | FIN, 1, Buffer.alloc(1000))
    peer.send(frame.subarray(0, 500))
    await settle()
    let read = 0
    accepted[0]!.on('data', (chunk: Buffer) => {
      read += chunk.length
    })
    await settle()
    accepted[0]!.reset()
    peer.send(frame.subarray(500), dataBytes(SYN | FIN, 3, 'next'))
    await peer.roundTrip()
    expect(read).toBe(488)
    expect(await readAll(accepted[1]!)).toBe('next')
    expect(errors).toEqual([])
  })

  test('drops late frames for a stream of ours that both sides closed', async () => {
    const { client, errors, peer } = clientWithRawPeer()
    const stream = client.open()
    stream.resume().end()
    await peer.frame({ streamId: 1 })
    const closed = once(stream, 'close')
    peer.send(frameBytes(WINDOW, ACK | FIN, 1, 0))
    await closed
    peer.send(frameBytes(WINDOW, 0, 1, 4096), dataBytes(0, 1, 'late'))
    await peer.roundTrip()
    expect(errors).toEqual([])
  })

  test('a reset that crossed our FIN costs the reader nothing', async () => {
    const { accepted, errors, peer } = serverWithRawPeer()
    peer.send(dataBytes(SYN | FIN, 1, 'all of it'))
    await peer.roundTrip()
    accepted[0]!.end()
    await peer.frame({ streamId: 1, flags: FIN })
    peer.send(frameBytes(WINDOW, RST, 1, 0))
    await peer.roundTrip()
    expect(await readAll(accepted[0]!)).toBe('all of it')
    expect(errors).toEqual([])
  })

  test('drops frames for a stream of ours that is not announced yet', async () => {
    const { client, errors, peer } = clientWithRawPeer({ acceptBacklog: 1 })
    client.open()
    const held = client.open()
    await peer.roundTrip()
    peer.send(dataBytes(ACK, 3, 'how do you know'), frameBytes(WINDOW, FIN, 3, 1), frameBytes(WINDOW, RST, 3, 0))
    await peer.roundTrip()
    expect([held.bytesRead, held.destroyed, errors]).toEqual([0, false, []])
  })

  test('drops the payload of a stream that it refuses', async () => {
    const { accepted, errors, peer } = serverWithRawPeer({ maxStreams: 1 })
    const refused = [dataBytes(SYN, 3, Buffer.alloc(5000)), dataBytes(0, 3, 'more')]
    peer.send(dataBytes(SYN, 1, 'ke'), ...refused, dataBytes(FIN, 1, 'pt'))
    expect(await peer.frame({ streamId: 3 })).toMatchObject({ type: WINDOW, flags: RST })
    expect(await readAll(accepted[0]!)).toBe('kept')
    expect(errors).toEqual([])
  })
})

describe('floods', () => {
  test('takes acceptBacklog streams a turn and refuses the rest', async () => {
    const { accepted, errors, peer, server } = serverWithRawPeer({ acceptBacklog: 10 })
    peer.send(...Array.from({ length: 30 }, (_, i) => open(i * 2 + 1)))
    await peer.roundTrip()
    expect([accepted.length, server.streamCount]).toEqual([10, 10])
    expect(peer.frames.filter((frame) => frame.flags === RST)).toHaveLength(20)
    peer.send(open(101))
    expect(await peer.frame({ streamId: 101 })).toMatchObject({ flags: ACK })
    expect(errors).toEqual([])
  })

  test('a stream opened and reset again still counts against the backlog of its turn', async () => {
    const { accepted, peer, server } = serverWithRawPeer({ acceptBacklog: 10 })
    const rapid = Array.from({ length: 30 }, (_, i) => [open(i * 2 + 1), frameBytes(WINDOW, RST, i * 2 + 1, 0)])
    peer.send(...rapid.flat())
    await peer.roundTrip()
    expect([accepted.length, server.streamCount]).toEqual([10, 0])
    peer.send(open(101))
    expect(await peer.frame({ streamId: 101 })).toMatchObject({ flags: ACK })
  })

  test('refuses streams above maxStreams and takes new ones when old ones end', async () => {
    const { accepted, peer } = serverWithRawPeer({ maxStreams: 2 })
    peer.send(open(1), open(3), open(5))
    expect(await peer.frame({ streamId: 5 })).toMatchObject({ flags: RST })
    peer.send(frameBytes(WINDOW, RST, 1, 0), open(7))
    expect(await peer.frame({ streamId: 7 })).toMatchObject({ flags: ACK })
    expect(accepted.map((stream) => stream.id)).toEqual([1, 3, 7])
  })

  test.each([
    ['pings', (i: number) => frameBytes(PING, SYN, 0, i)],
    ['streams', (i: number) => open(i * 2 + 1)],
  ])('ends the session of a peer that sends %s and reads no answer', async (_name, frame) => {
    const { errors, peer, server } = serverWithRawPeer({ maxQueuedReplies: 50, acceptBacklog: 1 })
    peer.send(...Array.from({ length: 200 }, (_, i) => frame(i)))
    await peer.frame({ type: GO_AWAY, length: 1 })
    peer.far.end()
    await whenClosed(server)
    expect(errors).toMatchObject([{ code: 'ERR_YAMUX_FLOOD', message: '51 unsent replies exceed maxQueuedReplies 50' }])
    expect(peer.frames.length).toBeLessThanOrEqual(52)
  })

  test('answers any number of pings from a peer that reads', async () => {
    const { errors, peer } = serverWithRawPeer({ maxQueuedReplies: 50 })
    for (let i = 0; i < 500; i++) {
      peer.send(frameBytes(PING, SYN, 0, i))
      if (i % 40 === 39) await settle(3)
    }
    await peer.frame({ type: PING, flags: ACK, length: 499 })
    expect(errors).toEqual([])
  })

  test('window updates cost nothing but their own bytes', async () => {
    const { accepted, errors, peer } = serverWithRawPeer()
    peer.send(open(1))
    await peer.roundTrip()
    const answers = peer.frames.length
    for (let i = 0; i < 20; i++)
      peer.send(Buffer.concat(Array.from({ length: 500 }, () => frameBytes(WINDOW, 0, 1, i))))
    await peer.roundTrip()
    expect(peer.frames.length).toBe(answers + 1)
    expect([errors, accepted[0]!.destroyed]).toEqual([[], false])
  })

  test('empty data frames cost nothing', async () => {
    const { accepted, peer } = serverWithRawPeer()
    peer.send(open(1), ...Array.from({ length: 1000 }, () => frameBytes(DATA, 0, 1, 0)))
    await peer.roundTrip()
    expect([accepted[0]!.bytesRead, accepted[0]!.readableLength]).toEqual([0, 0])
  })
})

describe('silence', () => {
  test('half a header and then nothing is found by the keepalive', async () => {
    const { clock, errors, peer, server } = serverWithRawPeer({ keepAliveInterval: 10, keepAliveTimeout: 15 })
    peer.send(open(1).subarray(0, 5))
    await settle()
    clock.advance(25_000)
    expect(server.isClosed()).toBe(true)
    await whenClosed(server)
    expect(errors).toMatchObject([{ code: 'ERR_YAMUX_KEEPALIVE_TIMEOUT' }])
  })

  test.each([
    ['half a header', open(1).subarray(0, 5)],
    ['half a payload', dataBytes(SYN, 1, 'payload').subarray(0, 15)],
  ])('an end after %s is a broken connection', async (_name, bytes) => {
    const { errors, peer, server } = serverWithRawPeer()
    peer.send(bytes)
    peer.far.end()
    await whenClosed(server)
    expect(errors).toMatchObject([{ code: 'ERR_YAMUX_CONNECTION', message: 'connection ended inside a frame' }])
  })

  test('a peer that never opens its window holds one stream, not the others', async () => {
    const { client, peer } = clientWithRawPeer()
    client.open().write(Buffer.alloc(WINDOW_BYTES * 2))
    await peer.until(() => peer.frames.reduce((sum, frame) => sum + frame.payload.length, 0) === WINDOW_BYTES)
    client.open().write('other')
    expect((await peer.frame({ streamId: 3 })).payload.toString()).toBe('other')
  })

  test('a peer that acknowledges nothing gets no more than acceptBacklog streams', async () => {
    const { client, peer } = clientWithRawPeer({ acceptBacklog: 5 })
    for (let i = 0; i < 20; i++) client.open()
    await peer.roundTrip()
    expect(peer.frames.filter((frame) => frame.flags & SYN && frame.type !== PING)).toHaveLength(5)
  })
})

import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { block, data, frame, post, rst, STATUS_200, settings } from '../test/frames.ts'
import { Peer } from '../test/peer.ts'
import { errorCodes, StreamDuplex } from './index.ts'

interface Upgraded {
  readonly peer: Peer
  readonly duplex: StreamDuplex
}

const options = { streamWindowBytes: 100_000, connectionWindowBytes: 200_000, streamBufferBytes: 1000 }

function upgrade(highWaterMarkBytes?: number): Upgraded {
  let duplex: StreamDuplex | undefined
  const peer = new Peer({
    options,
    onRequest: ({ stream }) => {
      duplex = new StreamDuplex(stream, highWaterMarkBytes)
    },
    onData: (_request, chunk) => duplex!.onData(Buffer.from(chunk)),
    onEnd: ({ trailers }) => duplex!.onEnd(trailers),
    onDrain: () => duplex!.onDrain(),
    onClose: (_request, code) => duplex!.onClose(code),
  })
  peer.send(post(1))
  peer.last.stream.respond(STATUS_200, false)
  peer.turn()
  peer.take()
  return { peer, duplex: duplex! }
}

describe('an upgraded stream', () => {
  test('gives what came before anybody read, and then its end', async () => {
    const { peer, duplex } = upgrade()
    peer.send(data(1, 'early '), data(1, 'words', true))
    const pieces: string[] = []
    for await (const piece of duplex) pieces.push(String(piece))
    expect(pieces.join('')).toBe('early words')
  })

  test('holds the peer back while nobody reads', async () => {
    const { peer, duplex } = upgrade(10_000)
    peer.send(...Array.from({ length: 10 }, () => data(1, Buffer.alloc(10_000))))
    // Only what was taken before it paused counts: none of it, of two windows.
    expect(peer.said()).toEqual([])
    expect(duplex.readableLength).toBe(100_000)
    duplex.resume()
    await once(duplex, 'resume')
    await new Promise(setImmediate)
    peer.turn()
    expect(peer.said()).toContain('WINDOW_UPDATE 1: 100000')
  })

  test('holds back whoever writes, until the peer takes it', () => {
    const { peer, duplex } = upgrade()
    peer.send(settings([4, 10]))
    peer.take()
    const written: string[] = []
    duplex.write(Buffer.alloc(999, 'a'), () => written.push('first'))
    duplex.write(Buffer.alloc(10, 'b'), () => written.push('second'))
    peer.turn()
    expect(peer.said()).toEqual(['DATA 1 10'])
    const waiting = duplex.writableLength
    expect(waiting).toBeGreaterThan(0)
    peer.send(settings([4, 2000]))
    expect(peer.said()).toEqual(['SETTINGS 0 ACK 0', 'DATA 1 999'])
    expect(duplex.writableLength).toBeLessThan(waiting)
  })

  test('ends with END_STREAM, and closes when both have ended', async () => {
    const { peer, duplex } = upgrade()
    duplex.resume()
    duplex.end('bye')
    await once(duplex, 'finish')
    peer.turn()
    expect(peer.said()).toEqual(['DATA 1 END_STREAM 3'])
    expect(duplex.destroyed).toBe(false)
    peer.send(data(1, '', true))
    await once(duplex, 'close')
    expect(peer.last.closes).toEqual([undefined])
    expect(peer.said()).toEqual([])
  })

  test('that has ended on both sides still sends what waits', async () => {
    const { peer, duplex } = upgrade()
    peer.send(settings([4, 0]), data(1, '', true))
    peer.take()
    duplex.resume()
    duplex.end('late')
    await once(duplex, 'close')
    peer.send(settings([4, 100]))
    expect(peer.said()).toEqual(['SETTINGS 0 ACK 0', 'DATA 1 END_STREAM 4'])
  })

  test('destroyed before is reset with CANCEL', async () => {
    const { peer, duplex } = upgrade()
    duplex.destroy()
    await once(duplex, 'close')
    peer.turn()
    expect(peer.said()).toEqual(['RST_STREAM 1: 8'])
    peer.send(data(1, 'late'))
    expect(peer.error).toBeUndefined()
  })

  test.each([
    ['the peer resets', (peer: Peer) => peer.send(rst(1, errorCodes.CANCEL))],
    ['goes with its connection', (peer: Peer) => peer.connection.destroy()],
  ])('that %s fails as a socket does', async (_name, end) => {
    const { peer, duplex } = upgrade()
    const failed = once(duplex, 'error')
    const written = new Promise<Error | null | undefined>((resolve) => {
      peer.hasRoom = false
      duplex.write(Buffer.alloc(2000), resolve)
    })
    end(peer)
    expect((await failed)[0]).toMatchObject({ code: 'ECONNRESET' })
    expect(await written).toMatchObject({ code: 'ECONNRESET' })
    expect(duplex.destroyed).toBe(true)
  })

  test('takes no trailers: nothing but DATA belongs to a tunnel', async () => {
    const { peer, duplex } = upgrade()
    const failed = once(duplex, 'error')
    peer.send(frame(1, 0x5, 1, block('x', 'y')))
    expect((await failed)[0]).toMatchObject({ code: 'ECONNRESET' })
    expect(peer.said()).toEqual(['RST_STREAM 1: 1'])
  })
})

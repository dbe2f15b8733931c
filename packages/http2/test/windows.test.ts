import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { errorCodes } from '../src/index.ts'
import { data, frame, get, greeting, post, rst, STATUS_200, settings, settingsAck, windowUpdate } from './frames.ts'
import { Peer } from './peer.ts'

const options = { streamWindowBytes: 100_000, connectionWindowBytes: 200_000 }
const piece = Buffer.alloc(10_000, 'x')

describe('what the peer sends', () => {
  test('is credited once half a window was read, on the stream and on the connection', () => {
    const peer = new Peer({ options })
    peer.send(post(1), ...Array.from({ length: 4 }, () => data(1, piece)))
    expect(peer.said()).toEqual([])
    peer.send(data(1, piece))
    expect(peer.said()).toEqual(['WINDOW_UPDATE 1: 50000'])
    peer.send(...Array.from({ length: 5 }, () => data(1, piece)))
    expect(peer.said()).toEqual(['WINDOW_UPDATE 0: 100000', 'WINDOW_UPDATE 1: 50000'])
  })

  test('counts with its padding', () => {
    const peer = new Peer({ options })
    const padded = frame(0, 0x8, 1, Buffer.concat([Buffer.of(255), Buffer.alloc(244, 'x'), Buffer.alloc(255)]))
    peer.send(post(1), ...Array.from({ length: 100 }, () => padded))
    expect(peer.said()).toEqual(['WINDOW_UPDATE 1: 50000'])
    expect(Buffer.concat(peer.last.data).equals(Buffer.alloc(24_400, 'x'))).toBe(true)
  })

  test('is owed while the stream is paused, on both windows', () => {
    const peer = new Peer({ options })
    peer.send(post(1), post(3))
    peer.requests[0]!.stream.pause()
    peer.send(...Array.from({ length: 10 }, () => data(1, piece)), ...Array.from({ length: 9 }, () => data(3, piece)))
    // It was delivered all the same.
    expect(Buffer.concat(peer.requests[0]!.data).length).toBe(100_000)
    expect(peer.said()).toEqual(['WINDOW_UPDATE 3: 50000'])
    peer.requests[0]!.stream.resume()
    peer.requests[0]!.stream.resume()
    peer.turn()
    expect(peer.said()).toEqual(['WINDOW_UPDATE 0: 190000', 'WINDOW_UPDATE 1: 100000'])
  })

  test('is credited to the connection alone where the peer has ended meanwhile', () => {
    const peer = new Peer({ options })
    peer.send(post(1))
    peer.last.stream.pause()
    peer.send(...Array.from({ length: 10 }, () => data(1, piece)), data(1, '', true))
    peer.last.stream.resume()
    peer.turn()
    expect(peer.said()).toEqual(['WINDOW_UPDATE 0: 100000'])
  })

  test('is owed from the piece on that made the listener pause', () => {
    const peer = new Peer({ options, onData: ({ stream }) => stream.pause() })
    peer.send(post(1), ...Array.from({ length: 10 }, () => data(1, piece)))
    expect(peer.said()).toEqual([])
  })

  test.each([
    ['is reset', (peer: Peer) => peer.last.stream.reset(errorCodes.CANCEL)],
    ['was reset by the peer', (peer: Peer) => peer.send(rst(1))],
    [
      'ends',
      (peer: Peer) => {
        peer.last.stream.respond(STATUS_200, true)
        peer.send(data(1, '', true))
      },
    ],
  ])('and is owed is given back to the connection when the stream %s', (_name, end) => {
    const peer = new Peer({ options })
    peer.send(post(1))
    peer.last.stream.pause()
    peer.send(...Array.from({ length: 10 }, () => data(1, piece)))
    end(peer)
    peer.turn()
    expect(peer.said()).toContain('WINDOW_UPDATE 0: 100000')
    expect(peer.connection.openStreams).toBe(0)
  })

  test('after a reset is credited to the connection', () => {
    const peer = new Peer({ options })
    peer.send(post(1))
    peer.last.stream.reset(errorCodes.CANCEL)
    peer.send(...Array.from({ length: 10 }, () => data(1, piece)))
    expect(peer.said()).toEqual(['RST_STREAM 1: 8', 'WINDOW_UPDATE 0: 100000'])
    expect(peer.last.data).toEqual([])
    // It cannot have had more than its window.
    peer.send(data(1, 'x'))
    expect(peer.error?.codeName).toBe('FLOW_CONTROL_ERROR')
  })

  test('after a reset in the middle of a frame is dropped and credited', () => {
    const peer = new Peer({ options, onData: ({ stream }) => stream.reset(errorCodes.CANCEL) })
    peer.send(post(1))
    const whole = data(1, Buffer.alloc(16_000), true)
    peer.send(whole.subarray(0, 100), whole.subarray(100))
    expect(peer.last.data.map(({ length }) => length)).toEqual([91])
    expect(peer.last.isWhole).toBe(false)
    peer.send(...[3, 5, 7, 9, 11, 13].flatMap((id) => [post(id), data(id, Buffer.alloc(14_000), true)]))
    expect(peer.said()).toContain('WINDOW_UPDATE 0: 100000')
  })

  test('beyond the window of its stream is an error of the stream', () => {
    const peer = new Peer({ options })
    peer.send(post(1))
    peer.last.stream.pause()
    peer.send(...Array.from({ length: 10 }, () => data(1, piece)), data(1, 'x'))
    expect(peer.said()).toEqual(['RST_STREAM 1: 3', 'WINDOW_UPDATE 0: 100000'])
    expect(peer.last.closes).toEqual([errorCodes.FLOW_CONTROL_ERROR])
    expect(peer.error).toBeUndefined()
  })

  test('beyond the window of the connection is an error of the connection', () => {
    const peer = new Peer({ options })
    peer.send(post(1), post(3), post(5))
    for (const { stream } of peer.requests) stream.pause()
    peer.send(...[1, 3].flatMap((id) => Array.from({ length: 10 }, () => data(id, piece))), data(5, 'x'))
    expect(peer.error?.codeName).toBe('FLOW_CONTROL_ERROR')
  })

  test('may go by the default until our SETTINGS were taken', () => {
    const small = { streamWindowBytes: 10_000, connectionWindowBytes: 200_000 }
    const peer = new Peer({ options: small, isSilent: true })
    peer.send(greeting.subarray(0, -settingsAck.length), post(1))
    peer.last.stream.pause()
    peer.send(...Array.from({ length: 6 }, () => data(1, piece)))
    expect(peer.last.closes).toEqual([])
    // Now the window is 55,535 bytes smaller, and less than nothing: it grows above it before more may come.
    peer.send(settingsAck, post(3))
    peer.last.stream.pause()
    peer.send(data(3, piece))
    expect(peer.last.closes).toEqual([])
    peer.send(data(3, 'x'))
    expect(peer.last.closes).toEqual([errorCodes.FLOW_CONTROL_ERROR])
    peer.requests[0]!.stream.resume()
    peer.requests[0]!.stream.pause()
    peer.send(data(1, piece))
    expect(peer.requests[0]!.closes).toEqual([])
    peer.send(data(1, 'x'))
    expect(peer.requests[0]!.closes).toEqual([errorCodes.FLOW_CONTROL_ERROR])
  })
})

describe('what is sent', () => {
  const answering = (bytes: number): Peer => {
    const peer = new Peer({
      onRequest: ({ stream }) => {
        stream.respond(STATUS_200, false)
        stream.write(Buffer.alloc(bytes, 'x'))
        stream.end()
      },
    })
    return peer
  }

  test('waits for the window of its stream, and for no other', () => {
    const peer = answering(10)
    peer.send(settings([4, 6]), get(1), get(3))
    expect(peer.said().filter((text) => text.startsWith('DATA'))).toEqual(['DATA 1 6', 'DATA 3 6'])
    peer.send(windowUpdate(3, 1))
    expect(peer.said()).toEqual(['DATA 3 1'])
    peer.send(windowUpdate(1, 4), windowUpdate(3, 4))
    expect(peer.said()).toEqual(['DATA 1 END_STREAM 4', 'DATA 3 END_STREAM 3'])
  })

  test('follows SETTINGS_INITIAL_WINDOW_SIZE, also below nothing', () => {
    const peer = answering(10)
    peer.send(settings([4, 8]), get(1))
    peer.take()
    // 8 were sent, so the window is 0; then -5; then -4; then 0; then 1.
    peer.send(settings([4, 3]))
    peer.send(windowUpdate(1, 1))
    peer.send(settings([4, 7]))
    expect(peer.said()).toEqual(['SETTINGS 0 ACK 0', 'SETTINGS 0 ACK 0'])
    peer.send(settings([4, 1], [4, 8]))
    expect(peer.said()).toEqual(['SETTINGS 0 ACK 0', 'DATA 1 1'])
    peer.send(settings([4, 100]))
    expect(peer.said()).toEqual(['SETTINGS 0 ACK 0', 'DATA 1 END_STREAM 1'])
  })

  test('cannot be given a window above 2^31 - 1 by SETTINGS', () => {
    const peer = new Peer()
    peer.send(get(1), windowUpdate(1, 1), settings([4, 2 ** 31 - 1]))
    expect(peer.error?.codeName).toBe('FLOW_CONTROL_ERROR')
  })

  test('ends without a window where nothing is left to send', () => {
    const peer = new Peer()
    peer.send(settings([4, 0]), get(1))
    peer.last.stream.respond(STATUS_200, false)
    peer.turn()
    peer.take()
    peer.last.stream.end()
    peer.turn()
    expect(peer.said()).toEqual(['DATA 1 END_STREAM 0'])
  })

  test('arrives whole, in order and never beyond a window, whatever the peer and whoever answers do', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('write' as const), stream: fc.nat(3), bytes: fc.nat(30_000) }),
      fc.record({ do: fc.constant('end' as const), stream: fc.nat(3) }),
      fc.record({ do: fc.constant('credit' as const), stream: fc.nat(3), bytes: fc.integer({ min: 1, max: 40_000 }) }),
      fc.record({ do: fc.constant('creditAll' as const), bytes: fc.integer({ min: 1, max: 40_000 }) }),
      fc.record({ do: fc.constant('setting' as const), bytes: fc.nat(50_000) }),
      fc.record({ do: fc.constant('room' as const), has: fc.boolean() }),
      fc.record({ do: fc.constant('turn' as const) }),
    )
    const property = fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const run = new SendRun()
      for (const one of steps) run.step(one)
      run.finish()
    })
    fc.assert(property, { numRuns: 200 })
  })
})

type Step =
  | { do: 'write'; stream: number; bytes: number }
  | { do: 'end'; stream: number }
  | { do: 'credit'; stream: number; bytes: number }
  | { do: 'creditAll'; bytes: number }
  | { do: 'setting'; bytes: number }
  | { do: 'room'; has: boolean }
  | { do: 'turn' }

/** Four streams, the windows as their peer counts them, and what it has received. */
class SendRun {
  readonly #peer = new Peer()
  readonly #windows = [65_535, 65_535, 65_535, 65_535]
  readonly #written = [0, 0, 0, 0]
  readonly #received = [0, 0, 0, 0]
  readonly #ended = [false, false, false, false]
  #window = 65_535
  #initial = 65_535

  constructor() {
    this.#peer.send(...[1, 3, 5, 7].map(get))
    for (const { stream } of this.#peer.requests) stream.respond(STATUS_200, false)
  }

  step(step: Step): void {
    const peer = this.#peer
    if (step.do === 'write' && !this.#isOver(step.stream)) this.#write(step.stream, step.bytes)
    else if (step.do === 'end' && !this.#isOver(step.stream)) peer.requests[step.stream]!.stream.end()
    else if (step.do === 'credit') this.#credit(step.stream, step.bytes)
    else if (step.do === 'creditAll') {
      this.#window += step.bytes
      peer.receive(windowUpdate(0, step.bytes))
    } else if (step.do === 'setting') {
      peer.receive(settings([4, step.bytes]))
      // The peer counts by it from when it has the acknowledgement on: what comes before goes by the old one.
      peer.turn()
      this.#read(step.bytes)
    } else if (step.do === 'room') {
      if (step.has) peer.drain()
      else peer.hasRoom = false
    } else peer.turn()
    this.#read()
  }

  finish(): void {
    this.#peer.drain()
    this.#peer.receive(windowUpdate(0, 10_000_000))
    this.#window += 10_000_000
    for (let index = 0; index < 4; index++) {
      this.#credit(index, 10_000_000)
      if (!this.#isOver(index)) this.#peer.requests[index]!.stream.end()
    }
    this.#peer.turn()
    this.#read()
    expect(this.#received).toEqual(this.#written)
    expect(this.#ended).toEqual([true, true, true, true])
    expect(this.#peer.connection.openStreams).toBe(0)
    expect(this.#peer.error).toBeUndefined()
  }

  #isOver(index: number): boolean {
    return this.#peer.requests[index]!.stream.isEnded
  }

  #write(index: number, bytes: number): void {
    const chunk = Buffer.alloc(bytes)
    for (let at = 0; at < bytes; at++) chunk[at] = byteAt(index, this.#written[index]! + at)
    this.#written[index]! += bytes
    this.#peer.requests[index]!.stream.write(chunk)
  }

  #credit(index: number, bytes: number): void {
    // A stream that has ended takes no more part.
    this.#windows[index]! += bytes
    this.#peer.receive(windowUpdate(1 + 2 * index, bytes))
  }

  #read(initial?: number): void {
    for (const { type, flags, stream, payload } of this.#peer.take()) {
      if (type === 4 && initial !== undefined) {
        for (let index = 0; index < 4; index++) this.#windows[index]! += initial - this.#initial
        this.#initial = initial
      }
      const index = (stream - 1) / 2
      if (type === 1 && flags & 1) this.#ended[index] = true
      if (type !== 0) continue
      expect(this.#ended[index]).toBe(false)
      expect(payload.length).toBeLessThanOrEqual(16_384)
      for (const byte of payload) if (byte !== byteAt(index, this.#received[index]!++)) throw new Error('out of order')
      this.#windows[index]! -= payload.length
      this.#window -= payload.length
      if (payload.length > 0) {
        expect(this.#windows[index]).toBeGreaterThanOrEqual(0)
        expect(this.#window).toBeGreaterThanOrEqual(0)
      }
      if (flags & 1) this.#ended[index] = true
    }
  }
}

function byteAt(index: number, at: number): number {
  return (at * 7 + index * 31 + (at >> 8)) & 0xff
}

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { errorCodes } from '../src/index.ts'
import { data, frame, post } from './frames.ts'
import { Peer } from './peer.ts'

const STREAMS = 3
const STREAM_WINDOW = 40_000
const CONNECTION_WINDOW = 90_000

type Step =
  | { do: 'send'; stream: number; bytes: number; padding: number }
  | { do: 'pause' | 'resume' | 'reset'; stream: number }

/** A client that never sends beyond what it was given, and counts for itself. */
class CreditRun {
  readonly #peer = new Peer({
    options: { streamWindowBytes: STREAM_WINDOW, connectionWindowBytes: CONNECTION_WINDOW },
  })
  // Our SETTINGS were taken before any stream was opened.
  readonly #windows = Array.from({ length: STREAMS }, () => STREAM_WINDOW)
  readonly #sent = Array.from({ length: STREAMS }, () => 0)
  #window = CONNECTION_WINDOW

  constructor() {
    this.#peer.send(...this.#windows.map((_, index) => post(1 + 2 * index)))
  }

  step(step: Step): void {
    const { stream } = this.#peer.requests[step.stream]!
    if (step.do === 'send') this.#send(step.stream, step.bytes, step.padding)
    else if (step.do === 'pause') stream.pause()
    else if (step.do === 'resume') stream.resume()
    else stream.reset(errorCodes.CANCEL)
    this.#peer.turn()
    this.#read()
  }

  #send(index: number, wanted: number, padding: number): void {
    const overhead = padding === 0 ? 0 : 1 + padding
    const bytes = Math.min(wanted, this.#windows[index]! - overhead, this.#window - overhead, 16_384 - overhead)
    if (bytes <= 0) return
    const content = Buffer.alloc(bytes)
    for (let at = 0; at < bytes; at++) content[at] = (this.#sent[index]! + at) % 251
    this.#sent[index]! += bytes
    this.#windows[index]! -= bytes + overhead
    this.#window -= bytes + overhead
    const id = 1 + 2 * index
    if (padding === 0) this.#peer.send(data(id, content))
    else this.#peer.send(frame(0, 0x8, id, Buffer.concat([Buffer.of(padding), content, Buffer.alloc(padding)])))
  }

  #read(): void {
    for (const { type, stream, payload } of this.#peer.take()) {
      if (type !== 8) continue
      if (stream === 0) this.#window += payload.readUInt32BE()
      else this.#windows[(stream - 1) / 2]! += payload.readUInt32BE()
    }
    // Credit is for what was read, and for nothing else.
    expect(this.#window).toBeLessThanOrEqual(CONNECTION_WINDOW)
    for (const window of this.#windows) expect(window).toBeLessThanOrEqual(STREAM_WINDOW)
  }

  /** Once everybody reads, at least half of each window is there. */
  finish(): void {
    for (const { stream } of this.#peer.requests) stream.resume()
    this.#peer.turn()
    this.#read()
    expect(this.#peer.error).toBeUndefined()
    expect(this.#window).toBeGreaterThan(CONNECTION_WINDOW / 2)
    for (const [index, { stream, data, closes }] of this.#peer.requests.entries()) {
      const received = Buffer.concat(data)
      for (let at = 0; at < received.length; at++) if (received[at] !== at % 251) throw new Error('out of order')
      expect(closes).toEqual(stream.isClosed ? [errorCodes.CANCEL] : [])
      if (stream.isClosed) continue
      expect(received.length).toBe(this.#sent[index])
      expect(this.#windows[index]).toBeGreaterThan(STREAM_WINDOW / 2)
    }
  }
}

test('credit is given for all that was read and no more, whoever pauses, resumes and resets', () => {
  const stream = fc.nat(STREAMS - 1)
  const send = fc.record({
    do: fc.constant('send' as const),
    stream,
    bytes: fc.integer({ min: 1, max: 16_384 }),
    padding: fc.oneof(fc.constant(0), fc.nat(255)),
  })
  const other = fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const), stream })
  const reset = fc.record({ do: fc.constant('reset' as const), stream })
  const steps = fc.array(
    fc.oneof({ weight: 12, arbitrary: send }, { weight: 4, arbitrary: other }, { weight: 1, arbitrary: reset }),
    { maxLength: 80, size: 'max' },
  )
  fc.assert(
    fc.property(steps, (all) => {
      const run = new CreditRun()
      for (const step of all) run.step(step)
      run.finish()
    }),
    { numRuns: 150 },
  )
})

import type { Duplex } from 'node:stream'
import { createDuplexPair } from '@tunnel/testkit'
import { Decoder } from '../src/decode.ts'
import type { Session } from '../src/index.ts'

export interface Frame {
  readonly type: number
  readonly flags: number
  readonly streamId: number
  readonly length: number
  payload: Buffer
}

export const DATA = 0
export const WINDOW = 1
export const PING = 2
export const GO_AWAY = 3
export const SYN = 1
export const ACK = 2
export const FIN = 4
export const RST = 8

export function frameBytes(
  type: number,
  flags: number,
  streamId: number,
  length: number,
  payload?: Uint8Array,
): Buffer {
  const header = Buffer.alloc(12)
  header.writeUInt8(type, 1)
  header.writeUInt16BE(flags, 2)
  header.writeUInt32BE(streamId, 4)
  header.writeUInt32BE(length, 8)
  return payload ? Buffer.concat([header, payload]) : header
}

export function dataBytes(flags: number, streamId: number, payload: string | Uint8Array): Buffer {
  const bytes = Buffer.from(payload as string)
  return frameBytes(DATA, flags, streamId, bytes.length, bytes)
}

/** The other end of a session's connection, where a test writes and sees single frames. */
export class RawPeer {
  /** The session's end. */
  readonly connection: Duplex
  readonly far: Duplex
  readonly frames: Frame[] = []
  readonly writes: Buffer[] = []
  #waiting: Array<() => void> = []

  constructor(session: Session) {
    const [near, far] = createDuplexPair()
    this.connection = near
    this.far = far
    const decoder = new Decoder({
      onFrame: (type, flags, streamId, length) => {
        this.frames.push({ type, flags, streamId, length, payload: Buffer.alloc(0) })
      },
      onPayload: (piece) => {
        const frame = this.frames.at(-1)!
        frame.payload = Buffer.concat([frame.payload, piece])
      },
    })
    far.on('error', () => {})
    far.on('data', (chunk: Buffer) => {
      this.writes.push(chunk)
      decoder.push(chunk)
      for (const check of this.#waiting) check()
    })
    session.attach(near)
  }

  send(...frames: Uint8Array[]): this {
    this.far.write(Buffer.concat(frames))
    return this
  }

  /** Stops reading: the session's writes pile up. */
  stall(): this {
    this.far.pause()
    return this
  }

  /** The first frame of this kind, now or when it arrives. */
  async frame(expected: Partial<Omit<Frame, 'payload'>>): Promise<Frame> {
    const matches = (frame: Frame) =>
      Object.entries(expected).every(([key, value]) => frame[key as keyof Frame] === value)
    await this.until(() => this.frames.some(matches))
    return this.frames.find(matches)!
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!condition()) return
        this.#waiting = this.#waiting.filter((other) => other !== check)
        resolve()
      }
      this.#waiting.push(check)
      check()
    })
  }

  /** Resolves when all that was sent before has been taken in, by a ping and its answer. */
  async roundTrip(): Promise<void> {
    const id = 0xf000_0000 + this.frames.length
    this.send(frameBytes(PING, SYN, 0, id))
    await this.frame({ type: PING, flags: ACK, length: id })
  }
}

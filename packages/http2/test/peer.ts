import { expect } from 'vitest'
import {
  type Http2Error,
  ServerConnection,
  type ServerOptions,
  type ServerStream,
  type StreamListener,
} from '../src/index.ts'
import { describeFrame, type Frame, framesIn, greeting } from './frames.ts'

export interface Received {
  readonly stream: ServerStream
  readonly fields: readonly string[]
  readonly endStream: boolean
  readonly data: Buffer[]
  trailers: readonly string[] | undefined
  isWhole: boolean
  drains: number
  /** Every code of `onClose`: one at most. */
  readonly closes: (number | undefined)[]
}

export interface PeerOptions {
  readonly options?: Partial<ServerOptions>
  readonly now?: () => number
  /** Without preface and SETTINGS. */
  readonly isSilent?: boolean
  readonly onRequest?: (request: Received) => void
  readonly onData?: (request: Received, chunk: Buffer) => void
  readonly onEnd?: (request: Received) => void
  readonly onDrain?: (request: Received) => void
  readonly onClose?: (request: Received, code: number | undefined) => void
}

/** A server connection in memory, and the client at its other end. Everything that is said is kept. */
export class Peer {
  readonly connection: ServerConnection
  readonly requests: Received[] = []
  readonly #options: PeerOptions
  #written: Buffer[] = []
  #isScheduled = false
  hasRoom = true
  writes = 0
  /** Of all writes together. */
  parts = 0
  peerResets = 0
  signsOfLife = 0
  idles = 0
  readonly oversized: string[] = []
  readonly ends: (Http2Error | undefined)[] = []

  constructor(options: PeerOptions = {}) {
    this.#options = options
    const peer = this
    const output = {
      get hasRoom() {
        return peer.hasRoom
      },
      write(parts: readonly Buffer[], bytes: number) {
        if (bytes === 0 || parts.reduce((sum, { length }) => sum + length, 0) !== bytes)
          throw new Error('a wrong count')
        peer.#written.push(...parts)
        peer.writes++
        peer.parts += parts.length
      },
      schedule() {
        if (peer.#isScheduled) throw new Error('scheduled twice')
        peer.#isScheduled = true
      },
    }
    const handler = {
      onRequest: (stream: ServerStream, fields: readonly string[], endStream: boolean) =>
        this.#onRequest(stream, fields, endStream),
      onOversizedRequest: (stream: ServerStream, limit: string) => {
        this.oversized.push(limit)
        return this.#onRequest(stream, [], false)
      },
      onPeerReset: () => this.peerResets++,
      onSignOfLife: () => this.signsOfLife++,
      onIdle: () => this.idles++,
      onEnd: (error: Http2Error | undefined) => this.ends.push(error),
    }
    this.connection = new ServerConnection(output, handler, options.options, options.now)
    if (options.isSilent) return
    this.send(greeting)
    this.take()
  }

  #onRequest(stream: ServerStream, fields: readonly string[], endStream: boolean): StreamListener {
    const request: Received = {
      stream,
      fields,
      endStream,
      data: [],
      trailers: undefined,
      isWhole: endStream,
      drains: 0,
      closes: [],
    }
    this.requests.push(request)
    this.#options.onRequest?.(request)
    return {
      onData: (chunk) => {
        // What a listener keeps it copies: tests use their buffers again.
        request.data.push(Buffer.from(chunk))
        this.#options.onData?.(request, chunk)
      },
      onEnd: (trailers) => {
        request.isWhole = true
        request.trailers = trailers
        this.#options.onEnd?.(request)
      },
      onDrain: () => {
        request.drains++
        this.#options.onDrain?.(request)
      },
      onClose: (code) => {
        if (!stream.isClosed) throw new Error('a close of an open stream')
        request.closes.push(code)
        this.#options.onClose?.(request, code)
      },
    }
  }

  get last(): Received {
    return this.requests.at(-1)!
  }

  get error(): Http2Error | undefined {
    expect(this.ends.length).toBeLessThanOrEqual(1)
    return this.ends[0]
  }

  get isScheduled(): boolean {
    return this.#isScheduled
  }

  receive(...chunks: readonly Buffer[]): void {
    for (const chunk of chunks) {
      // A buffer of its own that is gone afterwards: nothing may still refer to it.
      const lent = Buffer.from(chunk)
      this.connection.receive(lent)
      lent.fill(0xee)
    }
  }

  /** Receives, and then comes to the end of the turn. */
  send(...chunks: readonly Buffer[]): void {
    this.receive(...chunks)
    this.turn()
  }

  turn(): void {
    while (this.#isScheduled) {
      this.#isScheduled = false
      this.connection.flush()
    }
  }

  /** One flush, as at the end of a turn. */
  flush(): void {
    this.#isScheduled = false
    this.connection.flush()
  }

  drain(): void {
    this.hasRoom = true
    // It flushes: what was to come of `schedule` has happened.
    this.#isScheduled = false
    this.connection.onDrain()
    this.turn()
  }

  /** What was written since the last time. */
  take(): Frame[] {
    const frames = framesIn(Buffer.concat(this.#written))
    this.#written = []
    return frames
  }

  takeBytes(): Buffer {
    const bytes = Buffer.concat(this.#written)
    this.#written = []
    return bytes
  }

  said(): string[] {
    return this.take().map(describeFrame)
  }
}

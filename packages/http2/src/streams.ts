import { ClosedStreams } from './closed-streams.ts'
import { errorCodes, Http2Error } from './errors.ts'
import type { Floods } from './floods.ts'
import { DEFAULT_WINDOW_BYTES, FrameType } from './frame.ts'
import type { ServerOptions } from './options.ts'
import { ReceiveWindow } from './receive-window.ts'
import type { Sender } from './sender.ts'
import { Stream, type StreamOwner } from './stream.ts'

const { CANCEL, PROTOCOL_ERROR, REFUSED_STREAM } = errorCodes

interface StreamsEvents {
  onEmpty(): void
  /** The peer has made too many streams fail. */
  onFlood(error: Http2Error): void
}

/** The streams of one connection, from the HEADERS that open them to what is remembered of the closed ones. */
export class Streams implements StreamOwner {
  readonly streamBufferBytes: number
  readonly closed: ClosedStreams
  /** Of all streams together. */
  readonly window: ReceiveWindow
  /** The highest id that the peer has used. */
  lastId = 0
  /** The highest one that the handler was given. */
  lastServedId = 0
  /** Streams beyond it are refused: a GOAWAY has said so. */
  refusedAfterId = Number.POSITIVE_INFINITY
  readonly #options: ServerOptions
  readonly #sender: Sender
  readonly #floods: Floods
  readonly #events: StreamsEvents
  readonly #open = new Map<number, Stream>()
  #sendWindowBytes = DEFAULT_WINDOW_BYTES
  /** Before the peer has taken our SETTINGS it may go by the default (RFC 9113 §6.9.3). */
  #windowBytes: number

  constructor(options: ServerOptions, sender: Sender, floods: Floods, events: StreamsEvents) {
    this.#options = options
    this.#sender = sender
    this.#floods = floods
    this.#events = events
    this.streamBufferBytes = options.streamBufferBytes
    this.#windowBytes = Math.max(options.streamWindowBytes, DEFAULT_WINDOW_BYTES)
    this.closed = new ClosedStreams(options.maxConcurrentStreams, floods)
    this.window = new ReceiveWindow(options.connectionWindowBytes, options.connectionWindowBytes)
  }

  get size(): number {
    return this.#open.size
  }

  find(id: number): Stream | undefined {
    return this.#open.get(id)
  }

  /** Whether no stream of this id was ever opened, and none can have been closed by a later one. */
  isIdle(id: number): boolean {
    return id > this.lastId || (id & 1) === 0
  }

  /** A new id was used. `undefined`: the stream was refused. */
  open(id: number, endStream: boolean): Stream | undefined {
    if (id > this.lastId + 2) this.closed.onSkip(this.lastId + 1, id - 1)
    this.lastId = id
    if (this.#open.size >= this.#options.maxConcurrentStreams || id > this.refusedAfterId) {
      this.refuse(id, endStream)
      return undefined
    }
    this.lastServedId = id
    const window = endStream ? undefined : new ReceiveWindow(this.#options.streamWindowBytes, this.#windowBytes)
    const stream = new Stream(this, id, this.#sendWindowBytes, window)
    this.#open.set(id, stream)
    return stream
  }

  refuse(id: number, endStream: boolean): void {
    this.#floods.onReset()
    this.#sender.control.number(FrameType.RST_STREAM, id, REFUSED_STREAM)
    this.#sender.schedule()
    if (!endStream) this.closed.onReset(id, this.#windowBytes)
  }

  wake(stream: Stream): void {
    this.#sender.wake(stream)
  }

  reset(stream: Stream, code: number): void {
    this.#sender.control.number(FrameType.RST_STREAM, stream.id, code)
    this.#sender.schedule()
    this.close(stream, code)
    // Whoever answers finds fault with a request too, which costs no less than a reset by the peer.
    if (code === PROTOCOL_ERROR) this.#countFault()
  }

  /** A stream error that the peer has caused (RFC 9113 §5.4.2), by a frame that ends its side or not. */
  fail(stream: Stream, code: number, endsStream: boolean): void {
    if (endsStream) stream.hasPeerEnded = true
    this.reset(stream, code)
    if (code !== PROTOCOL_ERROR) this.#countFault()
  }

  #countFault(): void {
    try {
      this.#floods.onReset()
    } catch (error) {
      this.#events.onFlood(error as Http2Error)
    }
  }

  /** The stream is over, whether or not the peer knows. */
  close(stream: Stream, code: number | undefined): void {
    if (stream.isClosed) return
    this.#open.delete(stream.id)
    if (!stream.hasPeerEnded && stream.window) this.closed.onReset(stream.id, stream.window.left)
    const owed = stream.owedBytes
    stream.close(code)
    this.consumedByConnection(owed)
    stream.listener.onClose(code)
    if (this.#open.size === 0) this.#events.onEmpty()
  }

  /** The peer has reset the stream: nothing more of it is on its way. */
  onPeerReset(stream: Stream, code: number): void {
    stream.hasPeerEnded = true
    this.close(stream, code)
  }

  closeAll(code: number): void {
    for (const stream of this.#open.values()) this.close(stream, code)
  }

  /** The peer will send nothing more: what needs something of it cannot end. */
  closeStuck(): void {
    for (const stream of this.#open.values()) {
      if (!stream.hasPeerEnded || stream.isBlocked || (stream.queuedBytes > 0 && this.#sender.state.window <= 0))
        this.close(stream, CANCEL)
    }
  }

  /** END_STREAM has come. */
  onPeerEnd(stream: Stream, trailers: readonly string[] | undefined): void {
    stream.hasPeerEnded = true
    stream.listener.onEnd(trailers)
    if (stream.isSent) this.close(stream, undefined)
  }

  consumed(stream: Stream, bytes: number): void {
    this.consumedByConnection(bytes)
    if (stream.hasPeerEnded || stream.isClosed) return
    const credit = stream.window?.consume(bytes) ?? 0
    if (credit > 0) this.#giveCredit(stream.id, credit)
  }

  consumedByConnection(bytes: number): void {
    const credit = this.window.consume(bytes)
    if (credit > 0) this.#giveCredit(0, credit)
  }

  #giveCredit(id: number, bytes: number): void {
    this.#sender.control.number(FrameType.WINDOW_UPDATE, id, bytes)
    this.#sender.schedule()
  }

  /** SETTINGS_INITIAL_WINDOW_SIZE of the peer: windows of streams move by the difference (RFC 9113 §6.9.2). */
  setSendWindow(bytes: number): void {
    const difference = bytes - this.#sendWindowBytes
    this.#sendWindowBytes = bytes
    if (difference === 0) return
    for (const stream of this.#open.values()) {
      if (!stream.credit(difference))
        throw new Http2Error(
          'FLOW_CONTROL_ERROR',
          `SETTINGS_INITIAL_WINDOW_SIZE ${bytes} brings the window of stream ${stream.id} above 2^31 - 1 (RFC 9113 §6.9.2)`,
        )
    }
  }

  /** The peer has taken our SETTINGS. */
  onSettingsTaken(): void {
    const difference = this.#options.streamWindowBytes - this.#windowBytes
    this.#windowBytes = this.#options.streamWindowBytes
    if (difference === 0) return
    for (const { window } of this.#open.values()) if (window) window.left += difference
  }
}

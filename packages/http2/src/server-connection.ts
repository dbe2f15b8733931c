import { type ErrorCodeName, errorCodes, Http2Error } from './errors.ts'
import { Floods } from './floods.ts'
import { DEFAULT_FRAME_BYTES, DEFAULT_WINDOW_BYTES, FrameType, MAX_STREAM_ID, Setting } from './frame.ts'
import { FrameReader } from './frame-reader.ts'
import type { ServerOptions } from './options.ts'
import { SETTING_BYTES } from './peer-settings.ts'
import { Pings } from './pings.ts'
import { Preface } from './preface.ts'
import { Receiver } from './receiver.ts'
import { resolveServerOptions } from './resolve-options.ts'
import { Sender } from './sender.ts'
import type { ConnectionOutput, ServerHandler } from './server-handler.ts'
import { Streams } from './streams.ts'

/**
 * The server's side of one HTTP/2 connection, without a socket: bytes go in by `receive`, calls come out at the handler and its listeners, and
 * what is to be written goes to the output.
 */
export class ServerConnection {
  readonly #handler: ServerHandler
  readonly #sender: Sender
  readonly #floods: Floods
  readonly #streams: Streams
  readonly #preface = new Preface()
  readonly #reader: FrameReader
  readonly #pings = new Pings()
  #isEnded = false
  #isLeaving = false
  /** The last GOAWAY of a graceful end has gone out. */
  #hasSaidLast = false
  #hasPeerLeft = false
  #isFinished = false

  /**
   * Queues SETTINGS, so `output.schedule` is called before this returns.
   *
   * @param now milliseconds from any fixed point, never going back: what the limits of {@link ServerOptions} that time gives back go by
   * @throws RangeError for an option out of its bounds
   */
  constructor(
    output: ConnectionOutput,
    handler: ServerHandler,
    options: Partial<ServerOptions> = {},
    now: () => number = () => performance.now(),
  ) {
    const resolved = resolveServerOptions(options)
    this.#handler = handler
    this.#floods = new Floods(resolved, now)
    this.#sender = new Sender(output, this.#floods, resolved.streamBufferBytes)
    this.#streams = new Streams(resolved, this.#sender, this.#floods, {
      onEmpty: () => this.#onEmpty(),
      onFlood: (error) => this.#end(error),
    })
    const receiver = new Receiver({
      options: resolved,
      handler,
      sender: this.#sender,
      streams: this.#streams,
      floods: this.#floods,
      pings: this.#pings,
      onGoAway: () => this.#onPeerGoAway(),
    })
    this.#reader = new FrameReader(receiver)
    this.#greet(resolved)
  }

  get openStreams(): number {
    return this.#streams.size
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  /** What has come. No reference to `chunk` is kept after this returns, except by listeners that keep one. */
  receive(chunk: Buffer): void {
    if (this.#isEnded || this.#isFinished) return
    try {
      this.#reader.read(chunk, this.#preface.read(chunk))
      this.#floods.onUnsentControlFrames(this.#sender.control.unsent)
    } catch (error) {
      if (!(error instanceof Http2Error)) throw error
      this.#end(error)
    }
  }

  /** Writes what waits: control frames, then heads and DATA of all streams in turn, as far as windows and the output allow. */
  flush(): void {
    if (this.#isEnded) return
    const { sent, drained } = this.#sender.flush()
    for (const stream of drained) if (!stream.isClosed) stream.listener.onDrain()
    for (const stream of sent) this.#streams.close(stream, stream.hasPeerEnded ? undefined : stream.codeWhenSent)
    if (this.#isFinished) this.#streams.closeStuck()
  }

  /** The transport takes more. */
  onDrain(): void {
    this.flush()
  }

  /** The peer will send nothing more. Streams without a whole request close with CANCEL; answers to whole ones still leave. */
  finish(): void {
    if (this.#isEnded || this.#isFinished) return
    this.#isFinished = true
    this.#reader.isStopped = true
    this.#streams.closeStuck()
    this.#endIfDone()
  }

  /** The transport is gone. Each stream closes with CANCEL; nothing is written, and `onEnd` is not called. */
  destroy(): void {
    if (this.#isEnded) return
    this.#stop()
    this.#streams.closeAll(errorCodes.CANCEL)
  }

  /** Asks the peer for a sign of life (RFC 9113 §6.7). `false`: 16 questions wait already, or nobody will answer. */
  ping(onAnswer: () => void): boolean {
    if (this.#isEnded || this.#isFinished || this.#pings.isFull) return false
    this.#sendPing(onAnswer)
    return true
  }

  /**
   * Takes no more requests, as far as the peer knows, and ends with the streams that run: RFC 9113 §6.8. Requests that were sent before the first GOAWAY was
   * read are still taken. Without open streams the connection ends at once.
   */
  leave(): void {
    if (this.#isEnded || this.#isLeaving) return
    this.#isLeaving = true
    if (this.#streams.size === 0) return this.#end(undefined)
    this.#sender.control.goAway(MAX_STREAM_ID, errorCodes.NO_ERROR, '')
    this.#sendPing(() => this.#sayLast())
  }

  /**
   * Ends the connection: GOAWAY with `code`, and `message` for whoever debugs the peer (ASCII). Streams close with CANCEL.
   *
   * @throws RangeError for a code that RFC 9113 §7 does not have
   */
  close(code: number, message = ''): void {
    if (code === errorCodes.NO_ERROR) return this.#end(undefined)
    const codeName = (Object.keys(errorCodes) as ErrorCodeName[]).find((name) => errorCodes[name] === code)
    if (!codeName) throw new RangeError(`${code} is no error code of RFC 9113 §7`)
    this.#end(new Http2Error(codeName, message))
  }

  #greet(options: ServerOptions): void {
    const { control } = this.#sender
    control.frame(FrameType.SETTINGS, 0, 0, settingsOf(options))
    const credit = options.connectionWindowBytes - DEFAULT_WINDOW_BYTES
    if (credit > 0) control.number(FrameType.WINDOW_UPDATE, 0, credit)
    this.#sender.schedule()
  }

  #sendPing(onAnswer: () => void): void {
    this.#sender.control.frame(FrameType.PING, 0, 0, this.#pings.add(onAnswer))
    this.#sender.schedule()
  }

  /** Every request that was sent before the first GOAWAY was read has arrived. */
  #sayLast(): void {
    this.#hasSaidLast = true
    this.#streams.refusedAfterId = this.#streams.lastId
    this.#sender.control.goAway(this.#streams.lastServedId, errorCodes.NO_ERROR, '')
    this.#sender.schedule()
    this.#endIfDone()
  }

  #onPeerGoAway(): void {
    this.#hasPeerLeft = true
    this.#endIfDone()
  }

  #onEmpty(): void {
    if (this.#isEnded) return
    this.#handler.onIdle?.()
    this.#endIfDone()
  }

  #endIfDone(): void {
    const isOver = this.#hasSaidLast || this.#hasPeerLeft || this.#isFinished
    if (isOver && this.#streams.size === 0) this.#end(undefined)
  }

  #end(error: Http2Error | undefined): void {
    if (this.#isEnded) return
    this.#stop()
    this.#streams.closeAll(errorCodes.CANCEL)
    if (error || !this.#hasSaidLast)
      this.#sender.control.goAway(this.#streams.lastServedId, error?.code ?? errorCodes.NO_ERROR, error?.message ?? '')
    this.#sender.flush()
    this.#handler.onEnd(error)
  }

  #stop(): void {
    this.#isEnded = true
    this.#reader.isStopped = true
  }
}

function settingsOf(options: ServerOptions): Buffer {
  const settings: [id: number, value: number][] = [
    [Setting.MAX_CONCURRENT_STREAMS, options.maxConcurrentStreams],
    [Setting.INITIAL_WINDOW_SIZE, options.streamWindowBytes],
    [Setting.MAX_HEADER_LIST_SIZE, options.maxHeaderListBytes],
  ]
  if (options.headerTableBytes !== 4096) settings.push([Setting.HEADER_TABLE_SIZE, options.headerTableBytes])
  if (options.maxFrameBytes !== DEFAULT_FRAME_BYTES) settings.push([Setting.MAX_FRAME_SIZE, options.maxFrameBytes])
  if (options.enableConnectProtocol) settings.push([Setting.ENABLE_CONNECT_PROTOCOL, 1])
  const payload = Buffer.alloc(settings.length * SETTING_BYTES)
  settings.forEach(([id, value], index) => {
    payload.writeUInt16BE(id, index * SETTING_BYTES)
    payload.writeUInt32BE(value, index * SETTING_BYTES + 2)
  })
  return payload
}

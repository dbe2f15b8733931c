import { DataReceiver } from './data-receiver.ts'
import { type ErrorCodeName, errorCodes, Http2Error } from './errors.ts'
import type { Floods } from './floods.ts'
import { Flag, FrameType, MAX_WINDOW_BYTES } from './frame.ts'
import type { FrameSink, PayloadMode } from './frame-reader.ts'
import { dependencyIn, HeadReceiver, PRIORITY_BYTES } from './head-receiver.ts'
import type { ServerOptions } from './options.ts'
import { initialWindowIn, SETTING_BYTES } from './peer-settings.ts'
import type { Pings } from './pings.ts'
import type { Sender } from './sender.ts'
import type { ServerHandler } from './server-handler.ts'
import type { Streams } from './streams.ts'
import { assertLength, violation } from './violation.ts'

const NOTHING = Buffer.alloc(0)

interface ReceiverParts {
  readonly options: ServerOptions
  readonly handler: ServerHandler
  readonly sender: Sender
  readonly streams: Streams
  readonly floods: Floods
  readonly pings: Pings
  readonly onGoAway: () => void
}

/** Checks the peer's frames and hands each to whom it concerns. A throw ends the connection. */
export class Receiver implements FrameSink {
  readonly #parts: ReceiverParts
  readonly #streams: Streams
  readonly #floods: Floods
  readonly #heads: HeadReceiver
  readonly #data: DataReceiver
  #type = 0
  #flags = 0
  #streamId = 0
  #hasSettings = false
  #awaitsSettingsAck = true

  constructor(parts: ReceiverParts) {
    const { options, handler, streams, floods } = parts
    this.#parts = parts
    this.#streams = streams
    this.#floods = floods
    this.#heads = new HeadReceiver(options, handler, streams, floods)
    this.#data = new DataReceiver(streams, floods)
  }

  onHeader(type: number, flags: number, streamId: number, length: number): PayloadMode {
    this.#type = type
    this.#flags = flags
    this.#streamId = streamId
    const { maxFrameBytes } = this.#parts.options
    if (length > maxFrameBytes)
      throw new Http2Error('FRAME_SIZE_ERROR', `frame of ${length} bytes exceeds maxFrameBytes ${maxFrameBytes}`)
    if (!this.#hasSettings && (type !== FrameType.SETTINGS || flags & Flag.ACK))
      throw violation('the preface is not followed by SETTINGS', '§3.4')
    if (this.#heads.isWithinBlock && type !== FrameType.CONTINUATION)
      throw violation(`frame type ${type} within a field block`, '§4.3')
    switch (type) {
      case FrameType.DATA:
        this.#assertUsed(streamId, 'DATA', '§6.1')
        this.#data.onHeader(flags, streamId, length)
        return 'pieces'
      case FrameType.HEADERS:
        this.#heads.onHeadersHeader(streamId, length)
        return 'whole'
      case FrameType.CONTINUATION:
        this.#heads.onContinuationHeader(streamId, length)
        return 'whole'
      case FrameType.PRIORITY:
        this.#floods.onControlFrame()
        if (streamId === 0) throw violation('PRIORITY for stream 0', '§6.3')
        if (length === PRIORITY_BYTES) return 'whole'
        this.#failOr(streamId, 'FRAME_SIZE_ERROR', `PRIORITY of ${length} bytes (RFC 9113 §6.3)`)
        return 'pieces'
      case FrameType.RST_STREAM:
        this.#assertUsed(streamId, 'RST_STREAM', '§6.4')
        assertLength('RST_STREAM', length, length === 4)
        return 'whole'
      case FrameType.SETTINGS:
        assertConnection('SETTINGS', streamId)
        assertLength('SETTINGS', length, flags & Flag.ACK ? length === 0 : length % SETTING_BYTES === 0)
        return 'whole'
      case FrameType.PUSH_PROMISE:
        throw violation('PUSH_PROMISE of a client', '§8.4')
      case FrameType.PING:
        assertConnection('PING', streamId)
        assertLength('PING', length, length === 8)
        return 'whole'
      case FrameType.GOAWAY:
        this.#floods.onControlFrame()
        assertConnection('GOAWAY', streamId)
        assertLength('GOAWAY', length, length >= 8)
        return 'whole'
      case FrameType.WINDOW_UPDATE:
        this.#floods.onControlFrame()
        if (streamId !== 0) this.#assertUsed(streamId, 'WINDOW_UPDATE', '§6.9')
        assertLength('WINDOW_UPDATE', length, length === 4)
        return 'whole'
      default:
        // Of a type that is not known here: RFC 9113 §5.5.
        this.#floods.onControlFrame()
        return 'pieces'
    }
  }

  onPiece(bytes: Buffer, start: number, end: number, left: number): void {
    if (this.#type !== FrameType.DATA) return
    this.#parts.handler.onSignOfLife?.()
    this.#data.onPiece(bytes, start, end, left)
  }

  onPayload(bytes: Buffer, start: number, end: number): void {
    switch (this.#type) {
      case FrameType.HEADERS:
        return this.#heads.onHeaders(this.#flags, this.#streamId, bytes, start, end)
      case FrameType.CONTINUATION:
        return this.#heads.onContinuation(this.#flags, bytes, start, end)
      case FrameType.PRIORITY:
        return this.#onPriority(dependencyIn(bytes, start))
      case FrameType.RST_STREAM:
        return this.#onRstStream(bytes.readUInt32BE(start))
      case FrameType.SETTINGS:
        return this.#flags & Flag.ACK ? this.#onSettingsAck() : this.#onSettings(bytes, start, end)
      case FrameType.PING:
        return this.#flags & Flag.ACK ? this.#onPingAck(bytes, start) : this.#onPing(bytes, start)
      case FrameType.GOAWAY:
        return this.#parts.onGoAway()
      case FrameType.WINDOW_UPDATE:
        return this.#onWindowUpdate(bytes.readUInt32BE(start) & 0x7fffffff)
    }
  }

  #onPriority(dependency: number): void {
    const streamId = this.#streamId
    if (dependency === streamId) this.#failOr(streamId, 'PROTOCOL_ERROR', `stream ${streamId} depends on itself`)
  }

  #onRstStream(code: number): void {
    const stream = this.#streams.find(this.#streamId)
    if (!stream) {
      this.#floods.onControlFrame()
      return this.#streams.closed.onEnd(this.#streamId)
    }
    if (stream.isSent) this.#floods.onControlFrame()
    else {
      this.#floods.onReset()
      this.#parts.handler.onPeerReset?.()
    }
    this.#streams.onPeerReset(stream, code)
  }

  #onSettings(bytes: Buffer, start: number, end: number): void {
    this.#hasSettings = true
    this.#floods.onControlFrame()
    const initialWindow = initialWindowIn(bytes, start, end)
    if (initialWindow !== undefined) this.#streams.setSendWindow(initialWindow)
    this.#answer(FrameType.SETTINGS, NOTHING, 0, 0)
  }

  #onSettingsAck(): void {
    if (!this.#awaitsSettingsAck) throw violation('SETTINGS with ACK that answers none', '§6.5.3')
    this.#awaitsSettingsAck = false
    this.#heads.onSettingsTaken()
    this.#streams.onSettingsTaken()
  }

  #onPing(bytes: Buffer, start: number): void {
    this.#floods.onControlFrame()
    this.#parts.handler.onSignOfLife?.()
    this.#answer(FrameType.PING, bytes, start, start + 8)
  }

  #onPingAck(bytes: Buffer, start: number): void {
    const onAnswer = this.#parts.pings.take(bytes, start)
    if (onAnswer) onAnswer()
    else this.#floods.onControlFrame()
  }

  #answer(type: number, bytes: Buffer, start: number, end: number): void {
    const { sender } = this.#parts
    sender.control.frame(type, Flag.ACK, 0, bytes, start, end)
    sender.schedule()
  }

  #onWindowUpdate(bytes: number): void {
    if (this.#streamId === 0) return this.#onConnectionCredit(bytes)
    const stream = this.#streams.find(this.#streamId)
    if (!stream) return
    if (bytes === 0) this.#streams.fail(stream, errorCodes.PROTOCOL_ERROR, false)
    else if (!stream.credit(bytes)) this.#streams.fail(stream, errorCodes.FLOW_CONTROL_ERROR, false)
  }

  #onConnectionCredit(bytes: number): void {
    const { sender } = this.#parts
    if (bytes === 0) throw violation('WINDOW_UPDATE by 0', '§6.9')
    sender.state.window += bytes
    if (sender.state.window > MAX_WINDOW_BYTES)
      throw new Http2Error('FLOW_CONTROL_ERROR', "the connection's window exceeds 2^31 - 1 (RFC 9113 §6.9.1)")
    sender.onCredit()
  }

  /** A stream error where there is a stream, and one of the connection where there is none. */
  #failOr(streamId: number, codeName: ErrorCodeName, message: string): void {
    const stream = this.#streams.find(streamId)
    if (!stream) throw new Http2Error(codeName, message)
    this.#streams.fail(stream, errorCodes[codeName], false)
  }

  #assertUsed(streamId: number, name: string, section: string): void {
    if (streamId === 0) throw violation(`${name} for stream 0`, section)
    if (this.#streams.isIdle(streamId)) throw violation(`${name} for stream ${streamId}, which is idle`, '§5.1')
  }
}

function assertConnection(name: string, streamId: number): void {
  if (streamId !== 0) throw violation(`${name} for stream ${streamId}, not 0`, '§6')
}

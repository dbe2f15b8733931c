import { errorCodes } from './errors.ts'
import { FieldBlock } from './field-block.ts'
import type { Floods } from './floods.ts'
import { Flag } from './frame.ts'
import { FieldDecoder } from './hpack/decoder.ts'
import type { ServerOptions } from './options.ts'
import type { ServerHandler } from './server-handler.ts'
import type { Stream } from './stream.ts'
import type { Streams } from './streams.ts'
import { assertLength, violation } from './violation.ts'

/** u1 exclusive, u31 stream id, u8 weight: deprecated, and read for the self-dependency alone (RFC 9113 §5.3.2). */
export const PRIORITY_BYTES = 5

/** Reads HEADERS and CONTINUATION: requests and their trailers (RFC 9113 §6.2, §6.10, §8.1). */
export class HeadReceiver {
  readonly #handler: ServerHandler
  readonly #streams: Streams
  readonly #floods: Floods
  readonly #decoder: FieldDecoder
  readonly #block: FieldBlock

  constructor(options: ServerOptions, handler: ServerHandler, streams: Streams, floods: Floods) {
    this.#handler = handler
    this.#streams = streams
    this.#floods = floods
    const { headerTableBytes, maxHeaderListBytes, maxHeaders } = options
    this.#decoder = new FieldDecoder({
      maxTableBytes: headerTableBytes,
      maxListBytes: maxHeaderListBytes,
      maxFields: maxHeaders,
    })
    this.#block = new FieldBlock(options)
  }

  /** Nothing but CONTINUATION may come. */
  get isWithinBlock(): boolean {
    return this.#block.isOpen
  }

  onSettingsTaken(): void {
    this.#decoder.settingsAcknowledged()
  }

  onHeadersHeader(streamId: number, length: number): void {
    if ((streamId & 1) === 0) throw violation(`HEADERS for stream ${streamId}, which a client cannot open`, '§5.1.1')
    this.#block.checkBytes(length)
  }

  onContinuationHeader(streamId: number, length: number): void {
    this.#block.onContinuation(streamId, length)
  }

  onHeaders(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    let [from, to] = [start, end]
    if (flags & Flag.PADDED) {
      assertLength('padded HEADERS', 0, end > start)
      to -= bytes[from++] as number
    }
    let dependsOnItself = false
    if (flags & Flag.PRIORITY) {
      assertLength('HEADERS with priority', end - start, end - from >= PRIORITY_BYTES)
      dependsOnItself = dependencyIn(bytes, from) === streamId
      from += PRIORITY_BYTES
    }
    if (to < from) throw violation('padding of HEADERS exceeds the frame', '§6.2')
    const endsStream = (flags & Flag.END_STREAM) !== 0
    if (flags & Flag.END_HEADERS) return this.#onBlock(streamId, endsStream, dependsOnItself, bytes, from, to)
    this.#block.begin(streamId, endsStream, dependsOnItself)
    this.#block.add(bytes, from, to)
  }

  onContinuation(flags: number, bytes: Buffer, start: number, end: number): void {
    const block = this.#block
    block.add(bytes, start, end)
    if ((flags & Flag.END_HEADERS) === 0) return
    const { streamId, endsStream, dependsOnItself } = block
    const whole = block.take()
    this.#onBlock(streamId, endsStream, dependsOnItself, whole, 0, whole.length)
  }

  #onBlock(
    streamId: number,
    endsStream: boolean,
    dependsOnItself: boolean,
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    // Also of streams that nobody wants: the table goes on (RFC 9113 §4.3).
    const fields = this.#decoder.decode(bytes, start, end)
    const stream = this.#streams.find(streamId)
    if (stream) this.#onTrailers(stream, endsStream, dependsOnItself, fields)
    else if (streamId <= this.#streams.lastId) this.#onLateBlock(streamId, endsStream)
    else this.#onRequest(streamId, endsStream, dependsOnItself, fields)
  }

  #onLateBlock(streamId: number, endsStream: boolean): void {
    this.#streams.closed.onLateFrame(streamId, 0)
    if (endsStream) this.#streams.closed.onEnd(streamId)
    // Trailers end a request: one that goes on could have the table read for ever.
    else this.#floods.onInvalidFrame()
  }

  #onRequest(streamId: number, endsStream: boolean, dependsOnItself: boolean, fields: readonly string[]): void {
    this.#floods.onUse()
    this.#handler.onSignOfLife?.()
    const stream = this.#streams.open(streamId, endsStream)
    if (!stream) return
    if (dependsOnItself) return this.#streams.fail(stream, errorCodes.PROTOCOL_ERROR, endsStream)
    const { exceeded } = this.#decoder
    const listener = exceeded
      ? this.#handler.onOversizedRequest(stream, exceeded)
      : this.#handler.onRequest(stream, fields, endsStream)
    stream.listener = listener
    if (stream.isClosed) listener.onClose(stream.closeCode)
  }

  #onTrailers(stream: Stream, endsStream: boolean, dependsOnItself: boolean, fields: readonly string[]): void {
    if (stream.hasPeerEnded) return this.#streams.fail(stream, errorCodes.STREAM_CLOSED, endsStream)
    // RFC 9113 §8.1: trailers end the request. §5.3.2: whatever depends on itself is in error.
    if (!endsStream || dependsOnItself || hasPseudoField(fields))
      return this.#streams.fail(stream, errorCodes.PROTOCOL_ERROR, endsStream)
    if (this.#decoder.exceeded) return this.#streams.fail(stream, errorCodes.ENHANCE_YOUR_CALM, endsStream)
    this.#streams.onPeerEnd(stream, fields)
  }
}

/** The stream that a priority of `bytes[start..start + 5)` names. */
export function dependencyIn(bytes: Buffer, start: number): number {
  return bytes.readUInt32BE(start) & 0x7fffffff
}

function hasPseudoField(fields: readonly string[]): boolean {
  for (let at = 0; at < fields.length; at += 2) if (fields[at]?.startsWith(':')) return true
  return false
}

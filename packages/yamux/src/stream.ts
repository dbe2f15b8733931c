import { Duplex } from 'node:stream'
import type { Flow } from './flow.ts'
import type { StreamSink } from './receive-half.ts'
import type { Session } from './session.ts'

/**
 * How much a stream takes before `write()` and `send()` ask their caller to wait; what is on its way to the connection comes on top. More would
 * leave the processor's caches before it is sent, where many streams send at once (docs/performance.md).
 */
const MAX_QUEUED_BYTES = 64 * 1024

/**
 * One byte stream of a session. Each side closes by itself: `end()` sends FIN, and reading goes on until the peer's.
 * `destroy()` before both sides ended resets the peer's stream too.
 *
 * A buffer given to `write()` is kept by reference, also after its callback: do not change it afterwards.
 *
 * Fails with `ERR_YAMUX_STREAM_RESET` or `ERR_YAMUX_STREAM_REFUSED` when the peer resets it, and with the session's error
 * when that ends first.
 */
export class Stream extends Duplex {
  readonly id: number
  readonly session: Session
  readonly #flow: Flow

  constructor(session: Session, flow: Flow) {
    // The readable buffer of Node holds at most one chunk, so that what the reader has not taken is never counted as consumed.
    super({ readableHighWaterMark: 1, writableHighWaterMark: MAX_QUEUED_BYTES })
    this.id = flow.id
    this.session = session
    this.#flow = flow
    flow.attach(this)
  }

  /**
   * Has `sink` take the incoming bytes, past Node's machinery: there are no `data` and `end` events any more, while
   * `pause()` and `resume()` work as ever, and so does `close`. May be called again to replace the sink.
   */
  readInto(sink: StreamSink): void {
    this.#flow.receive.readInto(sink)
    this.#flow.settle()
  }

  /**
   * Writes past Node's machinery, which costs about as much per chunk as framing it; may be mixed with `write()` and
   * `end()`. `false`: 64 KiB or more are waiting for the peer's window; `drain` follows. The chunk is kept by reference.
   * After `end()` or `destroy()` it does nothing.
   *
   * `onFree` runs when nothing refers to the chunk any more, so that its memory may be used again. It may run before `send()` returns, and it may
   * never run: where the stream or the session ends first, where the session is piped, and behind what `write()` has not sent yet.
   */
  send(chunk: Uint8Array, onFree?: () => void): boolean {
    if (this.destroyed || this.writableEnded) return false
    // What Node still holds goes first.
    if (this.writableLength > 0) return this.write(chunk)
    this.#flow.writeAndWake(chunk, onFree)
    if (this.#flow.send.queuedBytes < MAX_QUEUED_BYTES) return true
    this.#flow.send.whenDrained(() => this.emit('drain'))
    return false
  }

  /**
   * As {@link send}, of memory that is the caller's again when it returns. Strings are latin1. A small chunk goes next to the header of its frame at once,
   * where nothing has to go before it, and leaves even if the stream is destroyed in the same turn; what was given to `send()` and `write()` does not.
   */
  sendCopy(chunk: Uint8Array | string): boolean {
    if (this.destroyed || this.writableEnded) return false
    if (this.writableLength === 0 && this.#flow.sendNow(chunk)) return true
    return this.send(typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : Buffer.from(chunk))
  }

  override pause(): this {
    if (!this.#flow.receive.hasSink) return super.pause()
    this.#flow.receive.hold()
    return this
  }

  override resume(): this {
    if (!this.#flow.receive.hasSink) return super.resume()
    this.#flow.receive.release()
    this.#flow.settle()
    return this
  }

  /** The same as `id`, under the name that yamux-js has for it. */
  ID(): number {
    return this.id
  }

  /** Payload received so far, in bytes, read or not. */
  get bytesRead(): number {
    return this.#flow.receive.receivedBytes
  }

  /** Payload given to the connection so far, in bytes; less than what was written while the peer's window is closed. */
  get bytesWritten(): number {
    return this.#flow.send.sentBytes
  }

  /** Sends FIN after what was written, as `end()`; the name is that of yamux-js. */
  close(): void {
    this.end()
  }

  /** Ends both directions at once, here and at the peer, and drops what was not sent or read. */
  reset(): void {
    this.destroy()
  }

  // All bytes that Node buffered leave through here; those that it did not were consumed when they were pushed.
  override read(size?: number): unknown {
    const chunk: unknown = super.read(size)
    if (chunk !== null) this.#flow.settle()
    return chunk
  }

  override _read(): void {
    this.#flow.receive.pull()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#flow.write(chunk)
    this.#flow.afterWrite(callback)
  }

  override _writev(chunks: Array<{ chunk: Buffer }>, callback: (error?: Error | null) => void): void {
    for (const { chunk } of chunks) this.#flow.write(chunk)
    this.#flow.afterWrite(callback)
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#flow.finish(callback)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#flow.abandon(error)
    callback(error)
  }
}

import { Duplex } from 'node:stream'
import { errorCodes } from './errors.ts'
import type { ServerStream } from './server-stream.ts'
import type { StreamListener } from './stream-listener.ts'

/**
 * An upgraded stream as a `node:stream` Duplex: the tunnel of CONNECT, also where it carries a WebSocket (RFC 9113 §8.5, RFC 8441). It is the listener of its
 * stream, from `onRequest` on or later; whoever makes it has answered with `respond`, or does before anything is written.
 *
 * What comes while nobody reads waits in it: `highWaterMarkBytes`, and as much as the stream's window still lets the peer send. Chunks are kept as they were
 * received, so the connection must be given buffers that are not used again. `end` is END_STREAM; `destroy` before both sides have ended is RST_STREAM with
 * CANCEL. A reset, by the peer or by the connection's end, is an error with the code `ECONNRESET`, as of a socket.
 */
export class StreamDuplex extends Duplex implements StreamListener {
  readonly #stream: ServerStream
  #hasPeerEnded = false
  #onWritten: ((error?: Error | null) => void) | undefined

  /** @param highWaterMarkBytes what waits on either side before the other is held back */
  constructor(stream: ServerStream, highWaterMarkBytes = 65_536) {
    super({ highWaterMark: highWaterMarkBytes })
    this.#stream = stream
  }

  onData(chunk: Buffer): void {
    if (!this.destroyed && !this.push(chunk)) this.#stream.pause()
  }

  onEnd(trailers: readonly string[] | undefined): void {
    this.#hasPeerEnded = true
    // Nothing but DATA belongs to a tunnel: RFC 9113 §8.5.
    if (trailers) this.#stream.reset(errorCodes.PROTOCOL_ERROR)
    else if (!this.destroyed) this.push(null)
  }

  onDrain(): void {
    const onWritten = this.#onWritten
    this.#onWritten = undefined
    onWritten?.()
  }

  onClose(code: number | undefined): void {
    if (code !== undefined) this.destroy(connectionReset())
  }

  override _read(): void {
    this.#stream.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, onWritten: (error?: Error | null) => void): void {
    if (this.#stream.isClosed) onWritten(connectionReset())
    else if (this.#stream.write(chunk)) onWritten()
    else this.#onWritten = onWritten
  }

  override _final(onEnded: (error?: Error | null) => void): void {
    this.#stream.end()
    onEnded()
  }

  override _destroy(error: Error | null, onDestroyed: (error?: Error | null) => void): void {
    // After both ends the rest of what was written is still to leave.
    if (!(this.#hasPeerEnded && this.#stream.isEnded)) this.#stream.reset(errorCodes.CANCEL)
    const onWritten = this.#onWritten
    this.#onWritten = undefined
    onDestroyed(error)
    onWritten?.(error ?? connectionReset())
  }
}

function connectionReset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' })
}

import type { Socket } from 'node:net'
import { type ReadTarget, readInto, stopReadingInto } from '@tunnel/socket-reads'

/** What one read takes at most. */
const READ_BYTES = 64 * 1024
/** Less than this of a read is copied rather than kept with all of the buffer that it came in. */
const KEEP_BYTES = 16 * 1024

/** All connections read into it: what came is read, or copied, before the next one reads. */
const sharedBuffer = Buffer.allocUnsafeSlow(READ_BYTES)

/**
 * Reads a visitor's socket without a new buffer, a `Buffer` around it and an event for each read: a seventh of what a small request costs the edge
 * (docs/performance.md). Where this Node has no such thing, `data` events do the same.
 */
export class SharedReads implements ReadTarget {
  readonly #socket: Socket
  readonly #onBytes: (chunk: Buffer) => void
  readonly #isReading: boolean
  /** What a body that is kept is read into. */
  #ownBuffer: Buffer | undefined
  /** Bytes of the read that is being looked at; 0 for what the socket had held, which nobody reads over. */
  #bytes = 0
  #isOwn = false
  /** More of a body is to come, which is kept. */
  #isKeeping = false

  /** `onBytes`: its chunk is only good until it returns; what {@link keep} gives back is longer. */
  constructor(socket: Socket, onBytes: (chunk: Buffer) => void) {
    this.#socket = socket
    this.#onBytes = onBytes
    this.#isReading = readInto(socket, this)
    // Also what was put back into the socket before.
    socket.on('data', onBytes)
  }

  onRead(bytes: number, buffer: Buffer): void {
    this.#bytes = bytes
    this.#isOwn = buffer === this.#ownBuffer
    this.#onBytes(buffer.subarray(0, bytes))
    this.#bytes = 0
  }

  /** The buffer for the next read. */
  next(): Buffer {
    if (!this.#isKeeping) {
      this.#ownBuffer = undefined
      return sharedBuffer
    }
    this.#ownBuffer ??= Buffer.allocUnsafeSlow(READ_BYTES)
    return this.#ownBuffer
  }

  /** Part of the chunk at hand, for whoever needs it later. By reference, where that does not hold much more than it gives. */
  keep(part: Buffer): Buffer {
    if (this.#isReading) this.#isKeeping = true
    if (this.#bytes === 0) return part
    if (!this.#isOwn || this.#bytes < KEEP_BYTES) return Buffer.from(part)
    this.#ownBuffer = undefined
    return part
  }

  /** Nothing is kept any more. */
  rest(): void {
    this.#isKeeping = false
  }

  /** From now on the socket reads as any other. */
  stop(): void {
    this.#socket.off('data', this.#onBytes)
    if (this.#isReading) stopReadingInto(this.#socket)
  }
}

import type { Socket } from 'node:net'
import { BufferPool, HeldBuffer, type ReadTarget, readInto, stopReadingInto } from '@tunnel/socket-buffers'

/** What one read takes at most. */
const READ_BYTES = 64 * 1024
/** Less than this of a read is copied rather than kept with all of the buffer that it came in. */
const KEEP_BYTES = 16 * 1024

/** All connections read into it: what came is read, or copied, before the next one reads. */
const sharedBuffer = Buffer.allocUnsafeSlow(READ_BYTES)
/** What bodies that are kept are read into: 16 MiB unused at most, as much as 50 uploads use. */
const bodyBuffers = new BufferPool({ bufferBytes: READ_BYTES, maxFree: 256 })

/** Who takes a body, and says when it needs a chunk of it no more. */
interface BodyTaker {
  writeRequestBody(chunk: Buffer, onFree?: () => void): void
}

/**
 * Reads a visitor's socket without a new buffer, a `Buffer` around it and an event for each read: a seventh of what a small request costs the edge
 * (docs/performance.md). Where this Node has no such thing, `data` events do the same.
 */
export class SharedReads implements ReadTarget {
  readonly #socket: Socket
  readonly #onBytes: (chunk: Buffer) => void
  readonly #isReading: boolean
  /** What a body that is kept is read into. */
  #own: HeldBuffer | undefined
  /** Bytes of the read that is being looked at; 0 for what the socket had held, which nobody reads over. */
  #bytes = 0
  /** The read came into {@link #own}. */
  #isOwn = false
  /** Somebody keeps a part of it. */
  #isKept = false
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
    this.#isOwn = buffer === this.#own?.bytes
    this.#onBytes(buffer.subarray(0, bytes))
    this.#bytes = 0
    if (this.#isKept) this.#letGo()
  }

  /** The buffer for the next read. */
  next(): Buffer {
    if (!this.#isKeeping) {
      if (this.#own) this.#letGo()
      return sharedBuffer
    }
    this.#own ??= new HeldBuffer(bodyBuffers)
    return this.#own.bytes
  }

  /** Part of the chunk at hand, for whoever needs it later. By reference, where that does not hold much more than it gives. */
  keep(part: Buffer): Buffer {
    const own = this.#ownToKeep()
    // It goes back to nobody: who keeps it does not say until when.
    own?.hold()
    return own || this.#bytes === 0 ? part : Buffer.from(part)
  }

  /** As {@link keep}, for one who says when it is free again. */
  give(part: Buffer, taker: BodyTaker): void {
    const own = this.#ownToKeep()
    if (own) taker.writeRequestBody(part, own.hold())
    else taker.writeRequestBody(this.#bytes === 0 ? part : Buffer.from(part))
  }

  /** The buffer that the chunk at hand is in, where parts of it can be kept. */
  #ownToKeep(): HeldBuffer | undefined {
    if (this.#isReading) this.#isKeeping = true
    if (!this.#isOwn || this.#bytes < KEEP_BYTES) return undefined
    this.#isKept = true
    return this.#own
  }

  /** Others may hold it on: the next read goes elsewhere. */
  #letGo(): void {
    this.#own?.letGo()
    this.#own = undefined
    this.#isOwn = false
    this.#isKept = false
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

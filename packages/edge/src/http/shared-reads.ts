import type { Socket } from 'node:net'
import { BufferPool, HeldBuffer, type ReadTarget, readInto, stopReadingInto } from '@tunnel/socket-buffers'

/** What one read takes at most. */
const READ_BYTES = 64 * 1024
/** Less than this of a read is copied rather than kept with all of the buffer that it came in. */
const KEEP_BYTES = 16 * 1024
/** Reads in a row that are smaller, after which no body is expected. Frames of HTTP/2 do not fit records of TLS, so that between two large reads there is a small one. */
const MAX_SMALL_READS = 2

/** All connections read into it: what came is read, or copied, before the next one reads. */
const sharedBuffer = Buffer.allocUnsafeSlow(READ_BYTES)
/** What is kept is read into these: 16 MiB unused at most, as much as 50 uploads use. */
const keptBuffers = new BufferPool({ bufferBytes: READ_BYTES, maxFree: 256 })
/** Connections that have such a buffer for their next read, at most: 16 MiB, also where they fall silent. What the others keep is copied. */
export const MAX_OWN_BUFFERS = 256
let ownBuffers = 0

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
  /** Since a part of a large one was kept. */
  #smallReads = 0

  /** `onBytes`: its chunk is only good until it returns; what {@link keep} gives back is longer. */
  constructor(socket: Socket, onBytes: (chunk: Buffer) => void) {
    this.#socket = socket
    this.#onBytes = onBytes
    this.#isReading = readInto(socket, this)
    // Also what was put back into the socket before.
    socket.on('data', onBytes)
    if (this.#isReading) socket.once('close', this.#letGo)
  }

  onRead(bytes: number, buffer: Buffer): void {
    this.#bytes = bytes
    if (bytes < KEEP_BYTES && ++this.#smallReads > MAX_SMALL_READS) this.#isKeeping = false
    this.#isOwn = buffer === this.#own?.bytes
    this.#onBytes(buffer.subarray(0, bytes))
    this.#bytes = 0
    if (this.#isKept) this.#letGo()
  }

  /** The buffer for the next read. */
  next(): Buffer {
    if (!this.#isKeeping) this.#letGo()
    else if (this.#own === undefined && ownBuffers < MAX_OWN_BUFFERS) {
      ownBuffers++
      this.#own = new HeldBuffer(keptBuffers)
    }
    return this.#own?.bytes ?? sharedBuffer
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
    if (this.#bytes < KEEP_BYTES) return undefined
    this.#isKeeping = this.#isReading
    this.#smallReads = 0
    if (!this.#isOwn) return undefined
    this.#isKept = true
    return this.#own
  }

  /** Others may hold it on: the next read goes elsewhere. */
  readonly #letGo = (): void => {
    this.#own?.letGo()
    this.#disown()
  }

  #disown(): void {
    if (this.#own === undefined) return
    ownBuffers--
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
    this.#socket.off('close', this.#letGo)
    // One more read may come into it.
    this.#disown()
    if (this.#isReading) stopReadingInto(this.#socket)
  }
}

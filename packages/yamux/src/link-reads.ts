import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ReadTarget, readInto } from '@tunnel/socket-buffers'
import { copyOf } from './small-copies.ts'

/** What one read takes at most. */
const READ_BYTES = 64 * 1024
/** A buffer of which parts are kept is read into behind them, as long as a record of TLS has room there (RFC 8446 §5.1). */
const MIN_READ_BYTES = 16 * 1024
/** A smaller piece is copied rather than kept with all of the buffer that it came in. */
const MIN_REFERENCE_BYTES = READ_BYTES / 4
/** Of a read: from here on a buffer is worth having, so that the next pieces need not be copied. */
const MIN_KEPT_BYTES = 4 * 1024
/** Links that have a buffer of their own at once, at most: 4 MiB, also where they fall silent. What the others keep is copied. */
const MAX_OWN_BUFFERS = 64

/** All links read into it. One that is silent may read into it at any time, so that nothing in it outlives the read that brought it. */
const sharedBuffer = Buffer.allocUnsafeSlow(READ_BYTES)
let ownBuffers = 0
/** Whose read is being looked at. */
let reading: LinkReads | undefined

/** `piece` for somebody who needs it after the read that brought it: itself, or a copy. */
export function keepPiece(piece: Buffer): Buffer {
  return reading === undefined ? piece : reading.keep(piece)
}

/**
 * Reads a session's socket without a new buffer for each read: into one that all sessions share, as long as nobody keeps what was read, and
 * into one of its own while somebody does (docs/performance.md).
 */
export class LinkReads implements ReadTarget {
  readonly #onChunk: (chunk: Buffer) => void
  /** A buffer of its own, and how much of it is kept by others. */
  #own: Buffer | undefined
  #ownUsed = 0
  /** What the next read comes into. */
  #next: Buffer = sharedBuffer
  #buffer: Buffer = sharedBuffer
  #keptBytes = 0
  #isReferred = false
  #isReleased = false

  /** `undefined` where `connection` is no socket, or cannot be read so: `data` events bring everything then, and what Node had to hold otherwise. */
  static of(connection: Duplex, onChunk: (chunk: Buffer) => void): LinkReads | undefined {
    if (!(connection instanceof Socket)) return undefined
    const reads = new LinkReads(onChunk)
    return readInto(connection, reads) ? reads : undefined
  }

  private constructor(onChunk: (chunk: Buffer) => void) {
    this.#onChunk = onChunk
  }

  onRead(bytes: number, buffer: Buffer): void {
    // A session over a connection in memory may be told within a read of this one.
    const outer = reading
    reading = this
    this.#buffer = buffer
    try {
      this.#onChunk(buffer.subarray(0, bytes))
    } finally {
      reading = outer
    }
    if (this.#isReferred) this.#ownUsed += bytes
    this.#choose()
  }

  next(): Buffer {
    return this.#next
  }

  keep(piece: Buffer): Buffer {
    if (piece.buffer !== this.#buffer.buffer && piece.buffer !== sharedBuffer.buffer) return piece
    this.#keptBytes += piece.length
    // A socket that was read by somebody else before may bring one more read in their buffer.
    const isOwn = this.#buffer === this.#next && this.#own !== undefined
    if (!isOwn || piece.buffer !== this.#buffer.buffer || piece.length < MIN_REFERENCE_BYTES) return copyOf(piece)
    this.#isReferred = true
    return piece
  }

  /** The connection is closed. */
  release(): void {
    this.#isReleased = true
    this.#share()
  }

  /** Once a read was looked at: where the next one goes. */
  #choose(): void {
    const isKeeping = this.#keptBytes >= MIN_KEPT_BYTES
    const isReferred = this.#isReferred
    this.#keptBytes = 0
    this.#isReferred = false
    if (!isKeeping || this.#isReleased) return this.#share()
    if (this.#own === undefined) {
      if (ownBuffers < MAX_OWN_BUFFERS) this.#takeOwn()
    } else if (isReferred) this.#goOnBehind(this.#own)
  }

  #takeOwn(): void {
    ownBuffers++
    this.#renew()
  }

  #goOnBehind(own: Buffer): void {
    if (own.length - this.#ownUsed < MIN_READ_BYTES) this.#renew()
    else this.#next = own.subarray(this.#ownUsed)
  }

  #renew(): void {
    this.#own = Buffer.allocUnsafeSlow(READ_BYTES)
    this.#ownUsed = 0
    this.#next = this.#own
  }

  #share(): void {
    if (this.#own === undefined) return
    ownBuffers--
    this.#own = undefined
    this.#next = sharedBuffer
  }
}

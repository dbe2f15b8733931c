import type { Socket } from 'node:net'

/** What one read takes at most. */
const READ_BYTES = 64 * 1024
/** Less than this of a read is copied rather than kept with all of the buffer that it came in. */
const KEEP_BYTES = 16 * 1024

/** All connections read into it: what came is read, or copied, before the next one reads. */
const sharedBuffer = Buffer.allocUnsafeSlow(READ_BYTES)

type OnRead = (bytes: number, buffer: Buffer) => boolean

/** What `onread` of `net.connect` sets on a socket. Node has no way to ask for it on one that a server has accepted. */
interface ReadSlots {
  readonly buffer: symbol
  readonly callback: symbol
  readonly next: symbol
}

/** The inside of a socket. */
interface Slotted {
  [slot: symbol]: unknown
  readonly _handle?: { useUserBuffer?: (buffer: Buffer) => void } | null
}

/**
 * Reads an accepted socket without a new buffer, a `Buffer` around it and an event for each read: a seventh of what a small request costs the edge
 * (docs/performance.md). Where this Node has no such thing, `data` events do the same.
 */
export class SharedReads {
  readonly #socket: Socket
  readonly #onBytes: (chunk: Buffer) => void
  readonly #slots: ReadSlots | undefined
  #buffer = sharedBuffer
  /** Bytes of the read that is being looked at. */
  #bytes = 0
  /** More of a body is to come, which is kept. */
  #isKeeping = false
  #isGivenAway = false

  /** `onBytes`: its chunk is only good until it returns; what {@link keep} gives back is longer. */
  constructor(socket: Socket, onBytes: (chunk: Buffer) => void) {
    this.#socket = socket
    this.#onBytes = onBytes
    this.#slots = slotsOf(socket as unknown as Slotted)
    if (this.#slots) this.#install(this.#slots)
    // Also what was put back into the socket before.
    socket.on('data', onBytes)
  }

  #install(slots: ReadSlots): void {
    const socket = this.#socket as unknown as Slotted
    const onRead: OnRead = (bytes, buffer) => {
      this.#bytes = bytes
      this.#onBytes(buffer.subarray(0, bytes))
      return true
    }
    socket[slots.callback] = onRead
    socket[slots.next] = this.#next
    // One that was stopped goes on with the buffer that it has.
    if (!socket[slots.buffer]) {
      socket[slots.buffer] = sharedBuffer
      socket._handle?.useUserBuffer?.(sharedBuffer)
    }
  }

  /** The buffer for the next read. */
  readonly #next = (): Buffer => {
    if (!this.#isKeeping) this.#buffer = sharedBuffer
    else if (this.#isGivenAway || this.#buffer === sharedBuffer) this.#buffer = Buffer.allocUnsafeSlow(READ_BYTES)
    this.#isGivenAway = false
    return this.#buffer
  }

  /** Part of the chunk at hand, for whoever needs it later. By reference, where that does not hold much more than it gives. */
  keep(part: Buffer): Buffer {
    if (!this.#slots) return part
    this.#isKeeping = true
    if (this.#buffer === sharedBuffer || this.#bytes < KEEP_BYTES) return Buffer.from(part)
    this.#isGivenAway = true
    return part
  }

  /** Nothing is kept any more. */
  rest(): void {
    this.#isKeeping = false
  }

  /** From now on the socket reads as any other. */
  stop(): void {
    const socket = this.#socket
    socket.off('data', this.#onBytes)
    if (!this.#slots) return
    const onRead: OnRead = (bytes, buffer) => socket.push(Buffer.from(buffer.subarray(0, bytes)))
    const slotted = socket as unknown as Slotted
    slotted[this.#slots.callback] = onRead
    this.rest()
  }
}

let known: ReadSlots | undefined | false

function slotsOf(socket: Slotted): ReadSlots | undefined {
  if (typeof socket._handle?.useUserBuffer !== 'function') return undefined
  if (known === undefined) {
    const symbols = Object.getOwnPropertySymbols(socket)
    const [buffer, callback, next] = ['kBuffer', 'kBufferCb', 'kBufferGen'].map((name) =>
      symbols.find(({ description }) => description === name),
    )
    known = buffer && callback && next ? { buffer, callback, next } : false
  }
  return known || undefined
}

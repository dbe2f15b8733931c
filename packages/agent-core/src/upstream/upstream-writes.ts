import type { Socket } from 'node:net'
import { GatheredWriter, hasRoom, writeMemory } from '@tunnel/socket-buffers'

/** A smaller chunk is written at once, so that the upstream can begin. */
const MIN_GATHERED_BYTES = 8 * 1024

/** What a visitor says to an upstream. TLS hands a large body over in pieces of 16 KiB: those of a turn leave in one write. Keeps no chunk. */
export class UpstreamWrites {
  readonly #upstream: Socket
  readonly #writer: GatheredWriter
  readonly #onFull: () => void

  /** `onFull`: the upstream takes no more for now; its `drain` follows. */
  constructor(upstream: Socket, onFull: () => void) {
    this.#upstream = upstream
    this.#writer = new GatheredWriter(upstream, onFull)
    this.#onFull = onFull
  }

  write(chunk: Buffer): void {
    if (!this.#put(chunk)) this.#onFull()
  }

  #put(chunk: Buffer): boolean {
    if (chunk.length < MIN_GATHERED_BYTES && this.#writer.pendingBytes === 0) {
      const copy = writeMemory(this.#upstream, chunk.length)
      copy.set(chunk)
      this.#upstream.write(copy)
      return hasRoom(this.#upstream)
    }
    this.#writer.push(chunk)
    return this.#writer.flushSoon()
  }

  /** The visitor has said all. */
  end(): void {
    this.#writer.flush()
    this.#upstream.end()
  }
}

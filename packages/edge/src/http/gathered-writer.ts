import type { Writable } from 'node:stream'
import { hasRoom } from '../unsent.ts'

/** Up to here parts are joined into one buffer: cheaper than handing several to `writev` (docs/performance.md). */
const JOIN_BYTES = 16 * 1024

/**
 * Collects what one event-loop turn has to say to a visitor and writes it at once: a small answer is one buffer and one
 * system call, a large body goes by reference with its head in one gathered write.
 */
export class GatheredWriter {
  readonly #out: Writable
  #parts: (Buffer | string)[] = []
  #bytes = 0

  constructor(out: Writable) {
    this.#out = out
  }

  /** Strings are latin1. Nothing leaves before {@link flush}. */
  push(part: Buffer | string): void {
    if (part.length === 0) return
    this.#parts.push(part)
    this.#bytes += part.length
  }

  /** Bytes pushed and not flushed. */
  get pendingBytes(): number {
    return this.#bytes
  }

  /** `false`: the visitor is slower than the upstream, wait for `drain`. */
  flush(): boolean {
    const parts = this.#parts
    if (parts.length === 0) return hasRoom(this.#out)
    const bytes = this.#bytes
    this.#parts = []
    this.#bytes = 0
    if (parts.length === 1) this.#write(parts[0] as Buffer | string)
    else if (bytes <= JOIN_BYTES) this.#out.write(join(parts, bytes))
    else {
      this.#out.cork()
      for (const part of parts) this.#write(part)
      this.#out.uncork()
    }
    return hasRoom(this.#out)
  }

  #write(part: Buffer | string): void {
    if (typeof part === 'string') this.#out.write(part, 'latin1')
    else this.#out.write(part)
  }
}

function join(parts: (Buffer | string)[], bytes: number): Buffer {
  const joined = Buffer.allocUnsafe(bytes)
  let offset = 0
  for (const part of parts) {
    if (typeof part === 'string') offset += joined.write(part, offset, 'latin1')
    else offset += part.copy(joined, offset)
  }
  return joined
}

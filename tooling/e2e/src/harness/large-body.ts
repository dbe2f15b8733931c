import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'

const BLOCK_BYTES = 1024 * 1024

/** A body that no buffer holds whole: one random megabyte over and over. */
export class LargeBody {
  readonly bytes: number
  /** SHA-256 of all of it, in hex. */
  readonly digest: string
  readonly #block = randomBytes(BLOCK_BYTES)

  /** `bytes` is a whole number of megabytes. */
  constructor(bytes: number) {
    this.bytes = bytes
    const hash = createHash('sha256')
    for (let sent = 0; sent < bytes; sent += BLOCK_BYTES) hash.update(this.#block)
    this.digest = hash.digest('hex')
  }

  /** Writes it as fast as `out` takes it, and ends. */
  writeTo(out: Writable): void {
    let sent = 0
    const more = (): void => {
      while (sent < this.bytes) {
        sent += BLOCK_BYTES
        if (!out.write(this.#block)) {
          out.once('drain', more)
          return
        }
      }
      out.end()
    }
    more()
  }
}

export async function digestOf(body: Readable): Promise<string> {
  const hash = createHash('sha256')
  body.on('data', (chunk: Buffer) => hash.update(chunk))
  await once(body, 'end')
  return hash.digest('hex')
}

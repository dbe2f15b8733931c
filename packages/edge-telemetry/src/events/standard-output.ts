import { write } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { LineTarget } from './line-target.ts'

/** A reader that is slow is asked again so often. */
const RETRY_MS = 20

/** Standard output without `process.stdout`, which waits for a slow reader with the whole process. */
export class StandardOutput implements LineTarget {
  readonly #fd: number

  constructor(fd = 1) {
    this.#fd = fd
  }

  async write(lines: Buffer): Promise<void> {
    for (let written = 0; written < lines.length; ) {
      const count = await this.#writeSome(lines, written)
      if (count === 0) await delay(RETRY_MS, undefined, { ref: false })
      written += count
    }
  }

  reopen(): void {}

  async close(): Promise<void> {}

  /** 0: the reader takes no more for now. */
  #writeSome(lines: Buffer, from: number): Promise<number> {
    return new Promise((resolve, reject) => {
      write(this.#fd, lines, from, lines.length - from, null, (cause, count) => {
        if (cause?.code === 'EAGAIN') resolve(0)
        else if (cause) reject(cause)
        else resolve(count)
      })
    })
  }
}

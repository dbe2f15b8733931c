import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { LineTarget } from './line-target.ts'

/** Events name visitors: the group may read them, others not. */
const MODE = 0o640
const NEWLINE = 0x0a

/**
 * A file that is appended to and, before it would have more than `maxBytes`, becomes `path.1`, the one before `path.2`, and so on up to
 * `maxFiles`. Whatever fails, the next write begins with opening the file.
 */
export class RotatingFile implements LineTarget {
  readonly #path: string
  readonly #maxBytes: number
  readonly #maxFiles: number
  #file: FileHandle | undefined
  #bytes = 0
  #isStale = false

  constructor(path: string, { maxBytes, maxFiles }: { maxBytes: number; maxFiles: number }) {
    this.#path = path
    this.#maxBytes = maxBytes
    this.#maxFiles = maxFiles
  }

  reopen(): void {
    this.#isStale = true
  }

  async write(lines: Buffer): Promise<void> {
    try {
      if (this.#isStale) await this.close()
      for (let rest = lines; rest.length > 0; ) {
        let file = this.#file ?? (await this.#open())
        if (this.#bytes > 0 && this.#bytes + rest.length > this.#maxBytes) file = await this.#rotate(file)
        const piece = rest.subarray(0, linesWithin(rest, this.#maxBytes))
        await this.#append(file, piece)
        rest = rest.subarray(piece.length)
      }
    } catch (cause) {
      await this.close().catch(() => {})
      throw cause
    }
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    this.#isStale = false
    await file?.close()
  }

  async #open(): Promise<FileHandle> {
    await mkdir(dirname(this.#path), { recursive: true })
    this.#file = await open(this.#path, 'a', MODE)
    this.#bytes = (await this.#file.stat()).size
    return this.#file
  }

  async #append(file: FileHandle, lines: Buffer): Promise<void> {
    let written = 0
    try {
      while (written < lines.length) written += (await file.write(lines, written)).bytesWritten
      this.#bytes += written
    } catch (cause) {
      // Half a line would spoil the next one.
      if (written > 0) await file.truncate(this.#bytes).catch(() => {})
      throw cause
    }
  }

  async #rotate(file: FileHandle): Promise<FileHandle> {
    const isStillThere = await this.#isNamed(file)
    await this.close()
    // Another process that writes here, as the successor in an upgrade, has done it already.
    if (isStillThere) await this.#moveOn()
    return this.#open()
  }

  async #isNamed(file: FileHandle): Promise<boolean> {
    const [own, named] = await Promise.all([file.stat(), stat(this.#path).catch(() => undefined)])
    return named !== undefined && own.ino === named.ino && own.dev === named.dev
  }

  async #moveOn(): Promise<void> {
    // A rename onto a file that is there makes some file systems (ext4) write all of the new one to the disk at once.
    await rm(this.#maxFiles === 0 ? this.#path : `${this.#path}.${this.#maxFiles}`, { force: true })
    for (let number = this.#maxFiles - 1; number >= 0; number--) {
      const from = number === 0 ? this.#path : `${this.#path}.${number}`
      await rename(from, `${this.#path}.${number + 1}`).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code !== 'ENOENT') throw cause
      })
    }
  }
}

/** How many bytes are whole lines of at most `maxBytes` together; at least one line. */
function linesWithin(lines: Buffer, maxBytes: number): number {
  if (lines.length <= maxBytes) return lines.length
  const end = lines.lastIndexOf(NEWLINE, maxBytes - 1)
  return (end < 0 ? lines.indexOf(NEWLINE) : end) + 1
}

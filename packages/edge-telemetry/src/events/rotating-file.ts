import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { LineTarget } from './line-target.ts'

/** Events name visitors: the group may read them, others not. */
const MODE = 0o640
const NEWLINE = 0x0a
/** A pipe without a reader is an error then; to wait for one would hold a thread, and with it the end of the process. Windows has no such flag. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0)
/** Until a full pipe is tried again. */
const FULL_PIPE_MS = 20

/**
 * A file that is appended to and, before it would have more than `maxBytes`, becomes `path.1`, the one before `path.2`, and so on up to
 * `maxFiles`. Links are followed, and the file that they lead to is renamed. What is no regular file, as a device or a pipe, is written to and
 * never renamed. Whatever fails, the next write begins with opening the file.
 */
export class RotatingFile implements LineTarget {
  readonly #path: string
  readonly #maxBytes: number
  readonly #maxFiles: number
  #file: FileHandle | undefined
  /** Where {@link #path} led when it was opened: a rename of a link would move the link, and after one `/dev/stdout` leads to what was renamed. */
  #place: string | undefined
  #isRegular = false
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
      if (this.#isStale) {
        await this.close()
        this.#place = undefined
      }
      for (let rest = lines; rest.length > 0; ) {
        let file = this.#file ?? (await this.#open())
        const isFull = this.#bytes > 0 && this.#bytes + rest.length > this.#maxBytes
        if (isFull && this.#isRegular) file = await this.#rotate(file)
        const piece = this.#isRegular ? rest.subarray(0, linesWithin(rest, this.#maxBytes)) : rest
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

  get #named(): string {
    return this.#place ?? this.#path
  }

  async #open(): Promise<FileHandle> {
    const place = this.#named
    await mkdir(dirname(place), { recursive: true })
    const file = await open(place, FLAGS, MODE)
    this.#file = file
    // A pipe of a shell (/dev/stdout) has a place without a name.
    this.#place ??= await realpath(place).catch(() => place)
    const facts = await file.stat()
    this.#isRegular = facts.isFile()
    this.#bytes = facts.size
    return file
  }

  async #append(file: FileHandle, lines: Buffer): Promise<void> {
    let written = 0
    try {
      while (written < lines.length) written += await writeSome(file, lines.subarray(written))
      this.#bytes += written
    } catch (cause) {
      // Half a line would spoil the next one.
      if (written > 0 && this.#isRegular) await file.truncate(this.#bytes).catch(() => {})
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
    const [own, named] = await Promise.all([file.stat(), stat(this.#named).catch(() => undefined)])
    return named !== undefined && own.ino === named.ino && own.dev === named.dev
  }

  async #moveOn(): Promise<void> {
    // A rename onto a file that is there makes some file systems (ext4) write all of the new one to the disk at once.
    const path = this.#named
    await rm(this.#maxFiles === 0 ? path : `${path}.${this.#maxFiles}`, { force: true })
    for (let number = this.#maxFiles - 1; number >= 0; number--) {
      const from = number === 0 ? path : `${path}.${number}`
      await rename(from, `${path}.${number + 1}`).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code !== 'ENOENT') throw cause
      })
    }
  }
}

/** How many bytes were taken: 0 where a pipe is full, after a moment. */
async function writeSome(file: FileHandle, bytes: Buffer): Promise<number> {
  try {
    return (await file.write(bytes)).bytesWritten
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EAGAIN') throw cause
    await delay(FULL_PIPE_MS, undefined, { ref: false })
    return 0
  }
}

/** How many bytes are whole lines of at most `maxBytes` together; at least one line. */
function linesWithin(lines: Buffer, maxBytes: number): number {
  if (lines.length <= maxBytes) return lines.length
  const end = lines.lastIndexOf(NEWLINE, maxBytes - 1)
  return (end < 0 ? lines.indexOf(NEWLINE) : end) + 1
}

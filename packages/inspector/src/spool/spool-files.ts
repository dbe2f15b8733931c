import { type FileHandle, open, readdir, readFile, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeRecord, RECORD_HEAD_BYTES } from './record.ts'

/** Waiting to be written; what comes beyond is not written. */
const MAX_PENDING_BYTES = 64 * 1024 * 1024
/** A budget is spent in so many files, the oldest of which goes as a whole. */
const FILES = 8

interface SpoolFile {
  path: string
  number: number
  bytes: number
}

/** Where a record is. */
export interface Place {
  readonly file: SpoolFile
  readonly offset: number
  readonly bytes: number
}

/** Records one behind the other, in files of which the oldest go. */
export class SpoolFiles {
  readonly #directory: string
  readonly #maxBytes: number
  readonly #onDropped: (file: SpoolFile) => void
  #files: SpoolFile[] = []
  #handle: FileHandle | undefined
  #writing: Promise<void> = Promise.resolve()
  pendingBytes = 0
  /** Why nothing more is written. */
  stopped: string | null = null

  constructor(directory: string, maxBytes: number, onDropped: (file: SpoolFile) => void) {
    this.#directory = directory
    this.#maxBytes = maxBytes
    this.#onDropped = onDropped
  }

  get bytes(): number {
    return this.#files.reduce((sum, file) => sum + file.bytes, 0)
  }

  /** Reads what is there, in order, up to the first record of a file that is cut or that `onRecord` does not take. */
  async readAll(onRecord: (payload: Buffer, place: Place) => boolean): Promise<void> {
    for (const name of (await readdir(this.#directory)).sort()) {
      const number = /^captures-(\d{8})\.spool$/.exec(name)?.[1]
      if (number !== undefined) await this.#read(join(this.#directory, name), Number(number), onRecord)
    }
  }

  /** Whether it will be written. `record` is asked for when all before it is. */
  append(bytes: number, record: () => Buffer, onWritten: (place: Place) => void = () => {}): boolean {
    if (this.stopped !== null || this.pendingBytes + bytes > MAX_PENDING_BYTES) return false
    this.pendingBytes += bytes
    void this.#enqueue(async () => {
      this.pendingBytes -= bytes
      if (this.stopped !== null) return
      try {
        const whole = record()
        const file = await this.#fileFor(whole.length)
        await this.#handle?.appendFile(whole)
        onWritten({ file, offset: file.bytes, bytes: whole.length })
        file.bytes += whole.length
      } catch (cause) {
        this.stopped = (cause as NodeJS.ErrnoException).code ?? 'failed'
      }
    })
    return true
  }

  /** Resolves when all that was appended is there. */
  written(): Promise<void> {
    return this.#writing
  }

  /** The payload of a record, if it is still there and whole. `number`: of its file. */
  async payload(number: number, { offset, bytes }: { offset: number; bytes: number }): Promise<Buffer | undefined> {
    const path = this.#files.find((file) => file.number === number)?.path
    if (path === undefined) return undefined
    await using file = await opened(path)
    const record = Buffer.alloc(bytes)
    await file.handle.read(record, 0, bytes, offset)
    return decodeRecord(record, 0)?.payload
  }

  /** Removes all of them. */
  async clear(): Promise<void> {
    await this.#enqueue(async () => {
      await this.#closeFile()
      await Promise.all(this.#files.map(({ path }) => rm(path, { force: true })))
      this.#files = []
    })
  }

  /** Resolves when all is written. */
  async close(): Promise<void> {
    await this.#enqueue(() => this.#closeFile())
  }

  #enqueue(job: () => Promise<void>): Promise<void> {
    this.#writing = this.#writing.then(job, job)
    return this.#writing
  }

  async #fileFor(bytes: number): Promise<SpoolFile> {
    let last = this.#files.at(-1)
    if (!last || !this.#handle || last.bytes + bytes > this.#maxBytes / FILES) {
      await this.#closeFile()
      const number = (last?.number ?? 0) + 1
      const path = join(this.#directory, `captures-${String(number).padStart(8, '0')}.spool`)
      this.#handle = await open(path, 'a', 0o600)
      last = { path, number, bytes: 0 }
      this.#files.push(last)
    }
    await this.#dropOldest(bytes)
    return last
  }

  async #dropOldest(bytes: number): Promise<void> {
    while (this.#files.length > 1 && this.bytes + bytes > this.#maxBytes) {
      const [oldest] = this.#files.splice(0, 1) as [SpoolFile]
      this.#onDropped(oldest)
      await rm(oldest.path, { force: true })
    }
  }

  async #read(path: string, number: number, onRecord: (payload: Buffer, place: Place) => boolean): Promise<void> {
    const bytes = await readFile(path)
    const file: SpoolFile = { path, number, bytes: 0 }
    for (let record = decodeRecord(bytes, 0); record; record = decodeRecord(bytes, record.end)) {
      const place = { file, offset: file.bytes, bytes: record.payload.length + RECORD_HEAD_BYTES }
      if (!onRecord(record.payload, place)) break
      file.bytes = record.end
    }
    // What a crash left behind the last whole record would hide all that comes after it.
    if (file.bytes < bytes.length) await truncate(path, file.bytes)
    this.#files.push(file)
  }

  async #closeFile(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close().catch(() => {})
  }
}

async function opened(path: string): Promise<AsyncDisposable & { handle: FileHandle }> {
  const handle = await open(path, 'r')
  return { handle, [Symbol.asyncDispose]: () => handle.close() }
}

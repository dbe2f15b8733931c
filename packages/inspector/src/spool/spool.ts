import { type FileHandle, mkdir, open, readdir, readFile, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import type { CaptureSummary, StoreUsage } from '../contract/summary.ts'
import { InspectorError } from '../errors.ts'
import type { Capture } from '../store/capture.ts'
import type { CaptureStore } from '../store/capture-store.ts'
import { summaryOf } from '../view/summary.ts'
import { decodeRecord, encodeRecord, RECORD_HEAD_BYTES } from './record.ts'
import { decodeCapture, encodeCapture } from './spooled-capture.ts'

export interface SpoolOptions {
  /** A directory of its own. It is made, for this user alone, if it is not there. */
  directory: string
  /** Disk for captures, in bytes; beyond it the oldest go, some at a time. At least 1 MiB. @default 500_000_000 */
  maxBytes?: number | undefined
  /** Captures that are listed; beyond it the oldest are not any more. @default 10_000 */
  maxCaptures?: number | undefined
}

/** Waiting to be written; what comes beyond is not written. */
const MAX_PENDING_BYTES = 16 * 1024 * 1024
const LEAST_BYTES = 1024 * 1024
/** A budget is spent in so many files, the oldest of which goes as a whole. */
const SEGMENTS = 8

interface Segment {
  path: string
  number: number
  bytes: number
}

interface Place {
  segment: Segment
  offset: number
  bytes: number
  summary: CaptureSummary
}

/**
 * Captures on disk: every one that is over is written behind the last, and found again by the next process. A file that was cut by a crash
 * opens up to the cut. When the disk is full, or fails, nothing more is written, and `usage().stopped` says why; forwarding goes on.
 */
export class Spool {
  readonly #directory: string
  readonly #maxBytes: number
  readonly #maxCaptures: number
  readonly #places = new Map<string, Place>()
  #segments: Segment[] = []
  #file: FileHandle | undefined
  #stopped: string | null = null
  #pendingBytes = 0
  #writing: Promise<void> = Promise.resolve()
  #unlisten: (() => void) | undefined

  private constructor(directory: string, maxBytes: number, maxCaptures: number) {
    this.#directory = directory
    this.#maxBytes = maxBytes
    this.#maxCaptures = maxCaptures
  }

  /** Reads what is there. Rejects with `ERR_INSPECTOR_SPOOL` for a directory that cannot be used. */
  static async open({ directory, maxBytes = 500_000_000, maxCaptures = 10_000 }: SpoolOptions): Promise<Spool> {
    if (!Number.isSafeInteger(maxBytes) || maxBytes < LEAST_BYTES) {
      throw new InspectorError(
        'ERR_INSPECTOR_SPOOL',
        `maxBytes ${maxBytes} of the spool is not an integer from ${LEAST_BYTES}`,
      )
    }
    const spool = new Spool(directory, maxBytes, maxCaptures)
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      for (const name of (await readdir(directory)).sort()) await spool.#read(name)
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      throw new InspectorError('ERR_INSPECTOR_SPOOL', `the spool ${directory} cannot be used (${code})`, { cause })
    }
    return spool
  }

  /** Writes what `store` has seen to its end from here on. */
  attach(store: CaptureStore): void {
    this.#unlisten = store.listen({
      onSettled: (capture) => this.#write(capture),
      onRemoved: (id, why) => {
        if (why === 'deleted') this.delete(id)
      },
    })
  }

  has(id: string): boolean {
    return this.#places.has(id)
  }

  /** Newest first. */
  summaries(): CaptureSummary[] {
    return [...this.#places.values()].reverse().map(({ summary }) => summary)
  }

  usage(): NonNullable<StoreUsage['spool']> {
    const bytes = this.#segments.reduce((sum, segment) => sum + segment.bytes, 0)
    return { bytes, maxBytes: this.#maxBytes, captures: this.#places.size, stopped: this.#stopped }
  }

  async load(id: string): Promise<Capture | undefined> {
    await this.#writing
    const place = this.#places.get(id)
    if (!place) return undefined
    try {
      await using file = await opened(place.segment.path)
      const record = Buffer.alloc(place.bytes)
      await file.handle.read(record, 0, place.bytes, place.offset)
      const decoded = decodeRecord(record, 0)
      return decoded && decodeCapture(decoded.payload)
    } catch {
      return undefined
    }
  }

  /** Writes that it is gone. */
  delete(id: string): void {
    if (!this.#places.delete(id)) return
    this.#append(encodeRecord([Buffer.alloc(4), Buffer.from(JSON.stringify({ deleted: id }))]), () => {})
  }

  /** Removes all files. */
  async clear(): Promise<void> {
    this.#places.clear()
    await this.#enqueue(async () => {
      await this.#closeFile()
      await Promise.all(this.#segments.map(({ path }) => rm(path, { force: true })))
      this.#segments = []
    })
  }

  /** Resolves when all is written. Idempotent. */
  async close(): Promise<void> {
    this.#unlisten?.()
    await this.#enqueue(() => this.#closeFile())
  }

  #write(capture: Capture): void {
    if (capture.imported || this.#stopped !== null) return
    const record = encodeRecord(encodeCapture(capture))
    const summary = summaryOf(capture)
    this.#append(record, (segment, offset) => {
      this.#places.set(summary.id, { segment, offset, bytes: record.length, summary })
      if (this.#places.size > this.#maxCaptures) this.#places.delete(this.#places.keys().next().value as string)
    })
  }

  #append(record: Buffer, onWritten: (segment: Segment, offset: number) => void): void {
    if (this.#stopped !== null || this.#pendingBytes + record.length > MAX_PENDING_BYTES) return
    this.#pendingBytes += record.length
    void this.#enqueue(async () => {
      this.#pendingBytes -= record.length
      if (this.#stopped !== null) return
      try {
        const segment = await this.#segmentFor(record.length)
        await this.#file?.appendFile(record)
        onWritten(segment, segment.bytes)
        segment.bytes += record.length
      } catch (cause) {
        this.#stopped = (cause as NodeJS.ErrnoException).code ?? 'failed'
      }
    })
  }

  #enqueue(job: () => Promise<void>): Promise<void> {
    this.#writing = this.#writing.then(job, job)
    return this.#writing
  }

  async #segmentFor(bytes: number): Promise<Segment> {
    const segmentBytes = this.#maxBytes / SEGMENTS
    let last = this.#segments.at(-1)
    if (!last || !this.#file || last.bytes + bytes > segmentBytes) {
      await this.#closeFile()
      const number = (last?.number ?? 0) + 1
      const path = join(this.#directory, `captures-${String(number).padStart(8, '0')}.spool`)
      this.#file = await open(path, 'a', 0o600)
      last = { path, number, bytes: 0 }
      this.#segments.push(last)
    }
    await this.#dropOldest(bytes)
    return last
  }

  async #dropOldest(bytes: number): Promise<void> {
    while (this.#segments.length > 1 && this.usage().bytes + bytes > this.#maxBytes) {
      const [oldest] = this.#segments.splice(0, 1) as [Segment]
      for (const [id, place] of this.#places) if (place.segment === oldest) this.#places.delete(id)
      await rm(oldest.path, { force: true })
    }
  }

  async #read(name: string): Promise<void> {
    const number = /^captures-(\d{8})\.spool$/.exec(name)?.[1]
    if (number === undefined) return
    const path = join(this.#directory, name)
    const bytes = await readFile(path)
    const segment: Segment = { path, number: Number(number), bytes: 0 }
    for (let record = decodeRecord(bytes, 0); record; record = decodeRecord(bytes, record.end)) {
      if (!this.#index(record.payload, segment, record.end)) break
      segment.bytes = record.end
    }
    // What a crash left behind the last whole record would hide all that comes after it.
    if (segment.bytes < bytes.length) await truncate(path, segment.bytes)
    this.#segments.push(segment)
  }

  #index(payload: Buffer, segment: Segment, end: number): boolean {
    try {
      if (payload.readUInt32BE(0) === 0) {
        this.#places.delete((JSON.parse(payload.toString('utf8', 4)) as { deleted: string }).deleted)
        return true
      }
      const summary = summaryOf(decodeCapture(payload))
      const bytes = payload.length + RECORD_HEAD_BYTES
      this.#places.set(summary.id, { segment, offset: end - bytes, bytes, summary })
      return true
    } catch {
      return false
    }
  }

  async #closeFile(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close().catch(() => {})
  }
}

async function opened(path: string): Promise<AsyncDisposable & { handle: FileHandle }> {
  const handle = await open(path, 'r')
  return { handle, [Symbol.asyncDispose]: () => handle.close() }
}

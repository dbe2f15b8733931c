import { mkdir } from 'node:fs/promises'
import type { CaptureSummary, StoreUsage } from '../contract/summary.ts'
import { InspectorError } from '../errors.ts'
import type { Capture } from '../store/capture.ts'
import type { CaptureStore } from '../store/capture-store.ts'
import type { RecordedBody } from '../store/recorded-body.ts'
import { summaryOf } from '../view/summary.ts'
import { BodyTail, type Extent } from './body-tail.ts'
import { lockDirectory } from './lock.ts'
import { encodeRecord } from './record.ts'
import { type Place, SpoolFiles } from './spool-files.ts'
import { decodeCapture, encodeCapture } from './spooled-capture.ts'

export interface SpoolOptions {
  /** A directory of its own. It is made, for this user alone, if it is not there. */
  directory: string
  /** Disk for captures, in bytes; beyond it the oldest go, some at a time. At least 1 MiB. @default 500_000_000 */
  maxBytes?: number | undefined
  /** Captures that are listed; beyond it the oldest are not any more. @default 10_000 */
  maxCaptures?: number | undefined
  /**
   * Kept of one body, in bytes, in memory and on disk together; more only counts. At most a quarter of `maxBytes`. What of it is larger than
   * the store's own `maxBodyBytes` goes to disk while it passes. @default 67_108_864
   */
  maxBodyBytes?: number | undefined
}

/** Waiting to be written, of bodies that still pass: for what is known of their exchanges there has to be room behind them. */
const MAX_PENDING_BLOCK_BYTES = 24 * 1024 * 1024
/** In place of the length of the facts: a piece of a body. */
const BLOCK_MARK = 0xffffffff
/** What facts take that are not written out yet, roughly. */
const FACTS_BYTES = 64 * 1024
const LEAST_BYTES = 1024 * 1024
const DEFAULT_BYTES = 500_000_000
const DEFAULT_BODY_BYTES = 64 * 1024 * 1024

interface SpooledSummary {
  place: Place
  summary: CaptureSummary
}

/**
 * Captures on disk: every one that is over is written behind the last, and found again by the next process. A file that was cut by a crash
 * opens up to the cut. When the disk is full, or fails, nothing more is written, and `usage().stopped` says why; forwarding goes on.
 */
export class Spool {
  readonly #files: SpoolFiles
  readonly #maxBytes: number
  readonly #maxCaptures: number
  readonly #maxBodyBytes: number
  readonly #captures = new Map<string, SpooledSummary>()
  #detach: (() => void) | undefined
  #unlock: (() => Promise<void>) | undefined

  private constructor(directory: string, maxBytes: number, maxCaptures: number, maxBodyBytes: number) {
    this.#maxBytes = maxBytes
    this.#maxCaptures = maxCaptures
    this.#maxBodyBytes = Math.min(maxBodyBytes, Math.floor(maxBytes / 4))
    this.#files = new SpoolFiles(directory, maxBytes, (file) => {
      for (const [id, { place }] of this.#captures) if (place.file === file) this.#captures.delete(id)
    })
  }

  /** Reads what is there. Rejects with `ERR_INSPECTOR_SPOOL` for a directory that cannot be used, or that another process uses. */
  static async open(options: SpoolOptions): Promise<Spool> {
    const { directory, maxBytes = DEFAULT_BYTES, maxCaptures = 10_000, maxBodyBytes = DEFAULT_BODY_BYTES } = options
    if (!Number.isSafeInteger(maxBytes) || maxBytes < LEAST_BYTES) {
      throw new InspectorError(
        'ERR_INSPECTOR_SPOOL',
        `maxBytes ${maxBytes} of the spool is not an integer from ${LEAST_BYTES}`,
      )
    }
    const spool = new Spool(directory, maxBytes, maxCaptures, maxBodyBytes)
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      spool.#unlock = await lockDirectory(directory)
      await spool.#files.readAll((payload, place) => spool.#index(payload, place))
    } catch (cause) {
      if (cause instanceof InspectorError) throw cause
      const { code } = cause as NodeJS.ErrnoException
      throw new InspectorError('ERR_INSPECTOR_SPOOL', `the spool ${directory} cannot be used (${code})`, { cause })
    }
    return spool
  }

  /** Writes what `store` has seen to its end from here on. */
  attach(store: CaptureStore): void {
    const unlisten = store.listen({
      onSettled: (capture) => this.#write(capture),
      onRemoved: (id, why) => {
        if (why === 'deleted') this.delete(id)
      },
    })
    const newest = [...this.#captures.keys()].at(-1)
    if (newest !== undefined) store.startAfter(newest)
    const inMemory = store.limits.maxBodyBytes
    if (this.#maxBodyBytes > inMemory) store.makeTail = () => this.#tail(this.#maxBodyBytes - inMemory)
    this.#detach = () => {
      unlisten()
      store.makeTail = undefined
    }
  }

  has(id: string): boolean {
    return this.#captures.has(id)
  }

  /** Newest first. */
  summaries(): CaptureSummary[] {
    return [...this.#captures.values()].reverse().map(({ summary }) => summary)
  }

  usage(): NonNullable<StoreUsage['spool']> {
    const { bytes, stopped } = this.#files
    return { bytes, maxBytes: this.#maxBytes, captures: this.#captures.size, stopped }
  }

  async load(id: string): Promise<Capture | undefined> {
    await this.#files.written()
    const place = this.#captures.get(id)?.place
    if (!place) return undefined
    try {
      const payload = await this.#files.payload(place.file.number, place)
      const capture = payload && decodeCapture(payload)
      if (capture) await Promise.all([this.#join(capture.requestBody), this.#join(capture.responseBody)])
      return capture
    } catch {
      return undefined
    }
  }

  /** Writes that it is gone. */
  delete(id: string): void {
    if (!this.#captures.delete(id)) return
    const record = encodeRecord([Buffer.alloc(4), Buffer.from(JSON.stringify({ deleted: id }))])
    this.#files.append(record.length, () => record)
  }

  /** Removes all files. */
  async clear(): Promise<void> {
    this.#captures.clear()
    await this.#files.clear()
  }

  /** Resolves when all is written. Idempotent. */
  async close(): Promise<void> {
    this.#detach?.()
    await this.#files.close()
    await this.#unlock?.()
    this.#unlock = undefined
  }

  #write(capture: Capture): void {
    if (capture.imported || this.#files.stopped !== null) return
    const { requestBody, responseBody } = capture
    requestBody.tail?.flush()
    responseBody.tail?.flush()
    const summary = summaryOf(capture)
    const encode = () => encodeRecord(encodeCapture(capture))
    // Where the pieces of a body are is known when they are written.
    const isParted = requestBody.tail !== undefined || responseBody.tail !== undefined
    const record = isParted ? undefined : encode()
    const bytes = record?.length ?? requestBody.storedBytes + responseBody.storedBytes + FACTS_BYTES
    this.#files.append(bytes, record ? () => record : encode, (place) => {
      this.#captures.set(summary.id, { place, summary })
      if (this.#captures.size > this.#maxCaptures) this.#captures.delete(this.#captures.keys().next().value as string)
    })
  }

  #tail(maxBytes: number): BodyTail {
    return new BodyTail((block) => {
      if (this.#files.pendingBytes + block.length > MAX_PENDING_BLOCK_BYTES) return undefined
      const mark = Buffer.alloc(4)
      mark.writeUInt32BE(BLOCK_MARK)
      const record = encodeRecord([mark, block])
      const extent: Extent = { file: 0, offset: 0, bytes: record.length }
      const isTaken = this.#files.append(
        record.length,
        () => record,
        ({ file, offset }) => {
          extent.file = file.number
          extent.offset = offset
        },
      )
      return isTaken ? extent : undefined
    }, maxBytes)
  }

  /** Puts behind a body what of it is on disk, up to the first piece that is not there any more. */
  async #join(body: RecordedBody): Promise<void> {
    if (!body.tail) return
    const parts: Buffer[] = []
    for (const extent of body.tail.extents) {
      const payload = await this.#files.payload(extent.file, extent).catch(() => undefined)
      if (!payload || payload.readUInt32BE(0) !== BLOCK_MARK) break
      parts.push(payload.subarray(4))
    }
    body.join(parts)
  }

  #index(payload: Buffer, place: Place): boolean {
    try {
      const length = payload.readUInt32BE(0)
      if (length === BLOCK_MARK) return true
      if (length === 0) {
        this.#captures.delete((JSON.parse(payload.toString('utf8', 4)) as { deleted: string }).deleted)
        return true
      }
      const summary = summaryOf(decodeCapture(payload))
      this.#captures.set(summary.id, { place, summary })
      return true
    } catch {
      return false
    }
  }
}

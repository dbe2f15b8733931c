import type { ConnectionRecord, EdgeObserver, ExchangeRecord } from '@tunnel/edge'
import { withinGrace } from '../within-grace.ts'
import { ConnectionEvents } from './connection-events.ts'
import { ConnectionTails } from './connection-tails.ts'
import { EndpointTexts } from './endpoint-texts.ts'
import { defaultEventSettings, type EventLogOptions } from './event-settings.ts'
import { HttpEvents } from './http-events.ts'
import { JsonTexts } from './json-text.ts'
import { LineBuffer } from './line-buffer.ts'
import { LineQueue } from './line-queue.ts'
import { RotatingFile } from './rotating-file.ts'
import { StandardOutput } from './standard-output.ts'
import { Timestamps } from './timestamps.ts'

/** How long lines gather, unless there are many: a write wakes another thread, which on a busy machine costs more than what it writes. */
const GATHER_MS = 100

/** Lines that are written at once. */
const GATHERED_BYTES = 960 * 1024

/** Records made into lines at a stretch, before the event loop has its turn. */
const SLICE = 128

type Told = ExchangeRecord | ConnectionRecord

/** Writes an event for each exchange and connection that is over, as a line of JSON, behind the back of the requests. */
export class EventLog implements EdgeObserver {
  readonly #queue: LineQueue
  readonly #lines = new LineBuffer()
  readonly #times = new Timestamps()
  readonly #exchanges: HttpEvents
  readonly #connections: ConnectionEvents
  readonly #maxQueued: number
  #told: Told[] = []
  #next = 0
  /** Lines that are not in the queue yet. */
  #gathered = 0
  #timer: NodeJS.Timeout | undefined
  #dropped = 0

  constructor(options: EventLogOptions) {
    const { path, log } = options
    const { maxBytes, maxFiles, maxQueuedEvents, headers } = { ...defaultEventSettings, ...given(options) }
    this.#maxQueued = maxQueuedEvents
    const json = new JsonTexts()
    const endpoints = new EndpointTexts(json)
    const tails = new ConnectionTails(this.#times, json, endpoints)
    this.#exchanges = new HttpEvents(this.#lines, this.#times, json, tails, headers)
    this.#connections = new ConnectionEvents(this.#lines, this.#times, json, endpoints)
    const target = path === '-' ? new StandardOutput() : new RotatingFile(path, { maxBytes, maxFiles })
    const giveBack = (lines: Buffer): void => this.#lines.giveBack(lines)
    this.#queue = new LineQueue(target, { name: path, log, giveBack })
  }

  /** Events that are not written yet. */
  get queuedCount(): number {
    return this.#told.length - this.#next + this.#gathered + this.#queue.count
  }

  get writtenCount(): number {
    return this.#queue.writtenCount
  }

  /** For which there was no room in the queue. */
  get droppedCount(): number {
    return this.#dropped
  }

  /** Which could not be written. */
  get lostCount(): number {
    return this.#queue.lostCount
  }

  exchangeFinished(exchange: ExchangeRecord): void {
    this.#push(exchange)
  }

  connectionClosed(connection: ConnectionRecord): void {
    this.#push(connection)
  }

  /** From the next line on it is another file, if somebody has moved this one away. */
  reopen(): void {
    this.#queue.reopen()
  }

  /** Resolves when what was told is written, or cannot be, at the latest after two seconds. */
  async close(): Promise<void> {
    while (this.#told.length > 0) this.#makeLines()
    this.#handOn()
    await withinGrace(this.#queue.close())
  }

  #push(told: Told): void {
    if (this.queuedCount >= this.#maxQueued || this.#queue.isFull) {
      this.#dropped++
      return
    }
    // Soon: what is kept for long is dear to collect, though nobody waits for it.
    if (this.#told.length === 0) setImmediate(this.#drain)
    this.#told.push(told)
  }

  readonly #drain = (): void => {
    this.#makeLines()
    if (this.#told.length > 0) setImmediate(this.#drain)
    if (this.#lines.length >= GATHERED_BYTES) this.#handOn()
    else if (this.#gathered > 0) this.#handOnLater()
  }

  #handOnLater(): void {
    this.#timer ??= setTimeout(this.#onGathered, GATHER_MS).unref()
  }

  /** While a slow disk has others to write, they go on gathering: many small pieces would take the memory of large ones. */
  readonly #onGathered = (): void => {
    this.#timer = undefined
    if (this.#queue.isWriting) this.#handOnLater()
    else this.#handOn()
  }

  #makeLines(): void {
    this.#times.synchronize()
    const end = Math.min(this.#next + SLICE, this.#told.length)
    for (let at = this.#next; at < end; at++) this.#write(this.#told[at] as Told)
    this.#gathered += end - this.#next
    this.#next = end
    if (end < this.#told.length) return
    this.#told = []
    this.#next = 0
  }

  #handOn(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#queue.push(this.#lines.take(), this.#gathered)
    this.#gathered = 0
  }

  #write(told: Told): void {
    if (!('bytesIn' in told)) return this.#exchanges.write(told)
    this.#exchanges.forget(told)
    this.#connections.write(told)
  }
}

/** Without what was left out by `undefined`. */
function given({ maxBytes, maxFiles, maxQueuedEvents, headers }: EventLogOptions) {
  return {
    ...(maxBytes !== undefined && { maxBytes }),
    ...(maxFiles !== undefined && { maxFiles }),
    ...(maxQueuedEvents !== undefined && { maxQueuedEvents }),
    ...(headers !== undefined && { headers }),
  }
}

import { type EventLogWarnings, MAX_UNWRITTEN_BYTES } from './event-settings.ts'
import type { LineTarget } from './line-target.ts'

interface Piece {
  readonly lines: Buffer
  /** How many. */
  readonly count: number
}

/** Lines on their way to where they go: one write at a time, each of what was pushed at once. What cannot be written is lost and counted. */
export class LineQueue {
  readonly #target: LineTarget
  readonly #name: string
  readonly #log: EventLogWarnings
  readonly #giveBack: (lines: Buffer) => void
  #pieces: Piece[] = []
  #bytes = 0
  #count = 0
  #running: Promise<void> | undefined
  #isFailing = false
  writtenCount = 0
  lostCount = 0

  /** `giveBack` gets what was pushed, once it is written. */
  constructor(
    target: LineTarget,
    { name, log, giveBack }: { name: string; log: EventLogWarnings; giveBack: (lines: Buffer) => void },
  ) {
    this.#target = target
    this.#name = name
    this.#log = log
    this.#giveBack = giveBack
  }

  /** Lines that are not written yet. */
  get count(): number {
    return this.#count
  }

  /** What is pushed now has to wait. */
  get isWriting(): boolean {
    return this.#running !== undefined
  }

  get isFull(): boolean {
    return this.#bytes >= MAX_UNWRITTEN_BYTES
  }

  push(lines: Buffer, count: number): void {
    if (count === 0) return
    this.#pieces.push({ lines, count })
    this.#bytes += lines.length
    this.#count += count
    this.#running ??= this.#run()
  }

  reopen(): void {
    this.#target.reopen()
  }

  async close(): Promise<void> {
    await this.#running
    await this.#target.close().catch(() => {})
  }

  async #run(): Promise<void> {
    for (let piece = this.#pieces.shift(); piece; piece = this.#pieces.shift()) {
      const { lines, count } = piece
      await this.#target.write(lines).then(
        () => this.#succeeded(count),
        (cause: unknown) => this.#failed(cause, count),
      )
      this.#bytes -= lines.length
      this.#count -= count
      this.#giveBack(lines)
    }
    this.#running = undefined
  }

  #succeeded(count: number): void {
    this.writtenCount += count
    if (!this.#isFailing) return
    this.#isFailing = false
    this.#log.info({ events: this.#name, lost: this.lostCount }, 'events are written again')
  }

  #failed(cause: unknown, count: number): void {
    this.lostCount += count
    if (this.#isFailing) return
    this.#isFailing = true
    const reason = cause instanceof Error ? cause.message : String(cause)
    this.#log.warn({ events: this.#name, reason }, 'events cannot be written and are lost until they can')
  }
}

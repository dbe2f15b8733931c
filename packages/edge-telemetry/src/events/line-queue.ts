import { type EventLogWarnings, MAX_UNWRITTEN_BYTES } from './event-settings.ts'
import type { LineTarget } from './line-target.ts'

/** Lines on their way to where they go: one write at a time, with all that has gathered meanwhile. What cannot be written is lost and counted. */
export class LineQueue {
  readonly #target: LineTarget
  readonly #name: string
  readonly #log: EventLogWarnings
  readonly #giveBack: (lines: Buffer) => void
  #pieces: Buffer[] = []
  #bytes = 0
  #gathered = 0
  #writing = 0
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
    return this.#gathered + this.#writing
  }

  get isFull(): boolean {
    return this.#bytes >= MAX_UNWRITTEN_BYTES
  }

  push(lines: Buffer, count: number): void {
    this.#pieces.push(lines)
    this.#bytes += lines.length
    this.#gathered += count
    if (this.#gathered > 0) this.#running ??= this.#run()
  }

  reopen(): void {
    this.#target.reopen()
  }

  async close(): Promise<void> {
    await this.#running
    await this.#target.close().catch(() => {})
  }

  async #run(): Promise<void> {
    while (this.#gathered > 0) {
      this.#writing = this.#gathered
      const pieces = this.#pieces
      const lines = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
      this.#pieces = []
      this.#bytes = 0
      this.#gathered = 0
      await this.#target.write(lines).then(
        () => this.#succeeded(),
        (cause: unknown) => this.#failed(cause),
      )
      this.#writing = 0
      this.#giveBack(pieces[0] as Buffer)
    }
    this.#running = undefined
  }

  #succeeded(): void {
    this.writtenCount += this.#writing
    if (!this.#isFailing) return
    this.#isFailing = false
    this.#log.info({ events: this.#name, lost: this.lostCount }, 'events are written again')
  }

  #failed(cause: unknown): void {
    this.lostCount += this.#writing
    if (this.#isFailing) return
    this.#isFailing = true
    const reason = cause instanceof Error ? cause.message : String(cause)
    this.#log.warn({ events: this.#name, reason }, 'events cannot be written and are lost until they can')
  }
}

import type { CaptureKind } from '../contract/kinds.ts'
import type { BodyTail } from '../spool/body-tail.ts'
import { BodySlab } from './body-slab.ts'
import { CAPTURE_BYTES, Capture, type CaptureSource } from './capture.ts'
import { CaptureRing } from './capture-ring.ts'
import { type InspectorLimits, resolveInspectorLimits } from './limits.ts'
import type { RecordedBody } from './recorded-body.ts'

/** Is told what happens to captures. Called synchronously, while bytes pass: it must return at once. */
export interface StoreListener {
  onChanged?(capture: Capture): void
  onRemoved?(id: string, why: 'evicted' | 'deleted'): void
  /** Both sides have ended, well or not; once for each capture. */
  onSettled?(capture: Capture): void
}

export interface StoreOptions {
  limits?: Partial<InspectorLimits> | undefined
  /** Milliseconds since 1970. @default Date.now */
  now?: (() => number) | undefined
}

/** Of captures that go, new ones are made at once. */
const MAX_SPARE = 64

/** The captures in memory, within a budget: the oldest go first, pinned ones last. */
export class CaptureStore {
  readonly limits: Readonly<InspectorLimits>
  /** For bodies that there is no room for: where they go on. */
  makeTail: (() => BodyTail) | undefined
  readonly #slab: BodySlab
  readonly #now: () => number
  readonly #captures: CaptureRing
  /** Captures that went before anybody knew them: the next ones are made of them. */
  readonly #spare: Capture[] = []
  readonly #listeners = new Set<StoreListener>()
  #bytes = 0
  #pinned = 0
  #pinnedBytes = 0
  #evicted = 0
  #second = 0

  constructor({ limits, now = Date.now }: StoreOptions = {}) {
    this.limits = resolveInspectorLimits(limits)
    this.#slab = new BodySlab(this.limits.maxBytes)
    this.#captures = new CaptureRing(this.limits.maxCaptures)
    this.#now = now
  }

  get bytes(): number {
    return this.#bytes
  }

  get evicted(): number {
    return this.#evicted
  }

  get size(): number {
    return this.#captures.size
  }

  get pinnedCount(): number {
    return this.#pinned
  }

  /** Returns what stops listening. */
  listen(listener: StoreListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** An exchange that only its recorder knows until it is over, and then nobody until somebody asks. */
  beginUnknown(source: CaptureSource): Capture {
    const nowMs = this.#now()
    const spare = this.#spare.pop()
    if (!spare) return this.#add(source, 'http', nowMs, nowMs)
    spare.reuse(this.#secondOf(nowMs), this.#captures.next, source, nowMs)
    this.#captures.push(spare)
    this.charge(spare, CAPTURE_BYTES)
    return spare
  }

  begin(source: CaptureSource, kind: CaptureKind): Capture {
    const nowMs = this.#now()
    const capture = this.#add(source, kind, nowMs, nowMs)
    capture.isKnown = true
    return capture
  }

  /** A capture from elsewhere, under a new id of the time it is from. */
  adopt(source: CaptureSource, kind: CaptureKind, startedAt: number): Capture {
    const capture = this.#add(source, kind, startedAt, this.#now())
    capture.isKnown = true
    return capture
  }

  get(id: string): Capture | undefined {
    const capture = this.#captures.get(id)
    if (capture) capture.isKnown = true
    return capture
  }

  /** Newest first. */
  newestFirst(): Capture[] {
    const captures = this.#captures.newestFirst()
    for (const capture of captures) capture.isKnown = true
    return captures
  }

  /** `capture` takes `bytes` more: others make room, and at last it itself. */
  charge(capture: Capture, bytes: number): void {
    if (capture.isGone || bytes === 0) return
    capture.cost += bytes
    this.#bytes += bytes
    if (capture.pinned) this.#pinnedBytes += bytes
    this.#makeRoom()
  }

  /** Stores of a body what there is room for, and returns what memory that takes, to be charged. */
  append(capture: Capture, body: RecordedBody, chunk: Buffer): number {
    const room = capture.isGone ? 0 : this.limits.maxBodyBytes - body.storedBytes
    // What waits for redaction never goes to disk as it is.
    if (chunk.length > room && !capture.isGone && !capture.bodiesHeld) body.tail ??= this.makeTail?.()
    // One that stays would keep all that is around it.
    return body.append(chunk, room, capture.pinned ? undefined : this.#slab)
  }

  changed(capture: Capture): void {
    if (this.#listeners.size === 0 || capture.isGone) return
    capture.isKnown = true
    for (const listener of this.#listeners) listener.onChanged?.(capture)
  }

  /** Both sides have ended. */
  settled(capture: Capture): void {
    if (this.#listeners.size === 0 || capture.isGone) return
    capture.isKnown = true
    for (const listener of this.#listeners) {
      listener.onSettled?.(capture)
      listener.onChanged?.(capture)
    }
  }

  /** `false`: pinned captures would take more than half of the budget. */
  pin(capture: Capture, pinned: boolean): boolean {
    if (capture.isGone || capture.pinned === pinned) return true
    if (pinned && this.#pinnedBytes + capture.cost > this.limits.maxBytes / 2) return false
    this.#captures.pinning(capture, pinned)
    capture.pinned = pinned
    if (pinned) {
      capture.requestBody.takeOut()
      capture.responseBody.takeOut()
    }
    this.#pinned += pinned ? 1 : -1
    this.#pinnedBytes += pinned ? capture.cost : -capture.cost
    this.changed(capture)
    return true
  }

  /** Somebody asked for it. */
  delete(capture: Capture): void {
    this.#remove(capture, 'deleted')
  }

  #remove(capture: Capture, why: 'evicted' | 'deleted'): void {
    if (capture.isGone) return
    this.#captures.remove(capture)
    capture.isGone = true
    this.#bytes -= capture.cost
    if (capture.pinned) {
      this.#pinned--
      this.#pinnedBytes -= capture.cost
    }
    if (!capture.isKnown && capture.state !== 'open' && this.#spare.length < MAX_SPARE) this.#spare.push(capture)
    if (this.#listeners.size === 0) return
    for (const listener of this.#listeners) listener.onRemoved?.(capture.id, why)
  }

  #add(source: CaptureSource, kind: CaptureKind, startedAt: number, nowMs: number): Capture {
    const number = { second: this.#secondOf(nowMs), sequence: this.#captures.next }
    const capture = new Capture(number, source, kind, startedAt)
    this.#captures.push(capture)
    this.charge(capture, CAPTURE_BYTES)
    return capture
  }

  /** Ids sort after this one, also where it is from a later second. */
  startAfter(id: string): void {
    this.#second = Math.max(this.#second, Number.parseInt(id.slice(0, 8), 16) + 1)
  }

  /** A clock that is set back makes no id that sorts before those that are there. */
  #secondOf(nowMs: number): number {
    this.#second = Math.max(this.#second, Math.floor(nowMs / 1000))
    return this.#second
  }

  #makeRoom(): void {
    while (this.#bytes > this.limits.maxBytes || this.size > this.limits.maxCaptures) {
      const oldest = this.#captures.oldest()
      if (!oldest) return
      this.#evicted++
      this.#remove(oldest, 'evicted')
    }
  }
}

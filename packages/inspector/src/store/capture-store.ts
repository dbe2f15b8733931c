import type { CaptureKind } from '../contract/kinds.ts'
import { CAPTURE_BYTES, Capture, type CaptureSource } from './capture.ts'
import { CaptureIds } from './capture-id.ts'
import { EvictionQueue } from './eviction-queue.ts'
import { type InspectorLimits, resolveInspectorLimits } from './limits.ts'

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

/** The captures in memory, within a budget: the oldest go first, pinned ones last. */
export class CaptureStore {
  readonly limits: Readonly<InspectorLimits>
  readonly #ids = new CaptureIds()
  readonly #now: () => number
  /** In the order of their ids. */
  readonly #captures = new Map<string, Capture>()
  readonly #queue = new EvictionQueue()
  readonly #listeners = new Set<StoreListener>()
  #bytes = 0
  #pinned = 0
  #pinnedBytes = 0
  #evicted = 0

  constructor({ limits, now = Date.now }: StoreOptions = {}) {
    this.limits = resolveInspectorLimits(limits)
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

  begin(source: CaptureSource, kind: CaptureKind): Capture {
    const nowMs = this.#now()
    const capture = new Capture(this.#ids.next(nowMs), source, kind, nowMs)
    this.#add(capture)
    return capture
  }

  /** A capture from elsewhere, under a new id of the time it is from. */
  adopt(source: CaptureSource, kind: CaptureKind, startedAt: number): Capture {
    const capture = new Capture(this.#ids.next(this.#now()), source, kind, startedAt)
    this.#add(capture)
    return capture
  }

  get(id: string): Capture | undefined {
    return this.#captures.get(id)
  }

  /** Newest first. */
  newestFirst(): Capture[] {
    return [...this.#captures.values()].reverse()
  }

  /** `capture` takes `bytes` more: others make room, and at last it itself. */
  charge(capture: Capture, bytes: number): void {
    if (capture.isGone || bytes === 0) return
    capture.cost += bytes
    this.#bytes += bytes
    if (capture.pinned) this.#pinnedBytes += bytes
    this.#makeRoom()
  }

  /** How many bytes of a body may still be stored. */
  room(capture: Capture, storedBytes: number): number {
    return capture.isGone ? 0 : this.limits.maxBodyBytes - storedBytes
  }

  changed(capture: Capture): void {
    if (this.#listeners.size === 0 || capture.isGone) return
    for (const listener of this.#listeners) listener.onChanged?.(capture)
  }

  /** Both sides have ended. */
  settled(capture: Capture): void {
    if (this.#listeners.size === 0 || capture.isGone) return
    for (const listener of this.#listeners) {
      listener.onSettled?.(capture)
      listener.onChanged?.(capture)
    }
  }

  /** `false`: pinned captures would take more than half of the budget. */
  pin(capture: Capture, pinned: boolean): boolean {
    if (capture.isGone || capture.pinned === pinned) return true
    if (pinned && this.#pinnedBytes + capture.cost > this.limits.maxBytes / 2) return false
    capture.pinned = pinned
    if (!pinned) this.#queue.putBack(capture)
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
    this.#captures.delete(capture.id)
    capture.isGone = true
    this.#bytes -= capture.cost
    if (capture.pinned) {
      this.#pinned--
      this.#pinnedBytes -= capture.cost
    }
    for (const listener of this.#listeners) listener.onRemoved?.(capture.id, why)
  }

  #add(capture: Capture): void {
    this.#captures.set(capture.id, capture)
    this.#queue.push(capture)
    this.charge(capture, CAPTURE_BYTES)
  }

  #makeRoom(): void {
    while (this.#bytes > this.limits.maxBytes || this.size > this.limits.maxCaptures) {
      // Of pinned ones there are few: searching for the first is no matter.
      const oldest = this.#queue.shift() ?? this.#captures.values().next().value
      if (!oldest) return
      this.#evicted++
      this.#remove(oldest, 'evicted')
    }
  }
}

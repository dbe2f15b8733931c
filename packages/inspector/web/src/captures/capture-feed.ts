import type { CaptureSummary, LiveEvent } from '../../../src/contract.ts'
import { needsWholeCapture, parseFilter } from '../../../src/filter.ts'
import { LiveFeed } from '../api/live-feed.ts'
import { CaptureTable } from './capture-table.ts'
import { type FeedState, firstFeedState } from './feed-state.ts'
import { readList } from './read-list.ts'

/** A filter that the agent has to answer is asked for when typing rests this long. */
const ASK_AFTER_MS = 120
/** A list that is to be read again, because more happened than the feed tells, is read no more often than this. */
const READ_AGAIN_MS = 1_000
/** More changes than these are not held while the list is paused: it is read again instead. */
export const MAX_HELD_CHANGES = 10_000

type Batch = Extract<LiveEvent, { type: 'batch' }>

/**
 * The list of captures as it is now: read once, then kept up by the live feed. A filter that looks at summaries alone is answered here and
 * at once; one that looks at headers or bodies is the agent's to answer. Readers are told once a frame at most.
 */
export class CaptureFeed {
  readonly table = new CaptureTable()
  #state = firstFeedState
  readonly #live: LiveFeed
  readonly #listeners = new Set<() => void>()
  readonly #heldChanges = new Map<string, CaptureSummary | null>()
  /** Ids that the live feed spoke of while a list was read: the feed knows better. */
  readonly #touched = new Set<string>()
  #reading: AbortController | undefined
  #readAgain: ReturnType<typeof setTimeout> | undefined
  #readAt = Number.NEGATIVE_INFINITY
  /** The list has to be read when the pause ends. */
  #missedMuch = false
  #frame: number | undefined
  #ask: ReturnType<typeof setTimeout> | undefined
  #filterText = ''
  /** What the agent is to filter by; empty where this page does it. */
  #askedFilter = ''

  constructor() {
    this.#live = new LiveFeed({
      event: (event) => this.#event(event),
      lost: () => this.#change({ connection: 'lost' }),
    })
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  state = (): FeedState => this.#state

  /** Text of the filter grammar. One that is no filter changes the problem and nothing else. */
  setFilter(text: string): void {
    if (text === this.#filterText) return
    this.#filterText = text
    const parsed = parseFilter(text)
    if ('problem' in parsed) return this.#change({ problem: parsed.problem })
    this.#change({ problem: undefined })
    clearTimeout(this.#ask)
    if (needsWholeCapture(parsed.filter)) {
      this.#ask = setTimeout(() => this.#askFor(text), ASK_AFTER_MS)
      return
    }
    this.table.filter = parsed.filter
    if (this.#askedFilter !== '') this.#askFor('')
    this.#change({})
  }

  /** Held changes come when the pause ends. */
  setPaused(paused: boolean): void {
    this.#change({ paused })
    if (paused) return
    const changes = [...this.#heldChanges]
    this.#heldChanges.clear()
    if (this.#missedMuch) this.#readSoon()
    this.table.remove(changes.filter(([, summary]) => summary === null).map(([id]) => id))
    this.table.put(changes.flatMap(([, summary]) => summary ?? []))
    this.#change({ held: 0 })
  }

  /** What this page itself did to a capture, before the feed says so. */
  put(summary: CaptureSummary): void {
    this.table.put([summary])
    this.#change({})
  }

  remove(id: string): void {
    this.table.remove([id])
    this.#change({})
  }

  close(): void {
    this.#live.close()
    this.#reading?.abort()
    clearTimeout(this.#ask)
    clearTimeout(this.#readAgain)
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame)
  }

  #askFor(filter: string): void {
    this.#askedFilter = filter
    if (filter !== '') this.table.filter = { terms: [] }
    this.#live.filter(filter)
    void this.#read('other rows')
  }

  /** Now, or as soon as the last reading is long enough ago. */
  #readSoon(): void {
    if (this.#readAgain !== undefined) return
    const wait = this.#reading ? READ_AGAIN_MS : Math.max(0, this.#readAt + READ_AGAIN_MS - performance.now())
    this.#readAgain = setTimeout(() => {
      this.#readAgain = undefined
      if (this.#reading) this.#readSoon()
      else void this.#read('same rows')
    }, wait)
  }

  /** Reads the list from its top. Rows that are shown stay until it is known that they are gone, unless others are asked for. */
  async #read(kind: 'same rows' | 'other rows'): Promise<void> {
    this.#reading?.abort()
    const reading = new AbortController()
    this.#reading = reading
    this.#touched.clear()
    this.#missedMuch = false
    this.#change({ loading: true })
    try {
      const ids = await readList(this.#askedFilter, reading.signal, (page, isFirst) => {
        if (isFirst && kind === 'other rows') this.#startOver()
        this.table.put(page.captures.filter(({ id }) => !this.#touched.has(id)))
        const { headerNames, usage, total, next } = page
        this.#change({ headerNames, usage, total, loading: next !== null })
      })
      this.table.remove(this.table.ids().filter((id) => !ids.has(id) && !this.#touched.has(id)))
    } catch {
      // Either another reading has begun, or the agent is gone: the live feed then reads again when it is back.
    }
    if (this.#reading !== reading) return
    this.#reading = undefined
    this.#readAt = performance.now()
    this.#change({ loading: false })
  }

  /** Rows that the feed brought since the reading began stay. */
  #startOver(): void {
    const kept = [...this.#touched].flatMap((id) => this.table.get(id) ?? [])
    this.table.clear()
    this.table.put(kept)
    this.#heldChanges.clear()
    this.#change({ held: 0 })
  }

  #event(event: LiveEvent): void {
    if (event.type === 'hello') {
      this.#change({ connection: 'open', status: event.status, usage: event.usage })
      void this.#read('same rows')
    } else if (event.type === 'filter-error') {
      const { message, start, end } = event
      this.#change({ problem: { message, start, end } })
    } else this.#batch(event)
  }

  #batch(batch: Batch): void {
    const { usage, total, status = this.#state.status } = batch
    if (batch.cleared) {
      this.#missedMuch = true
      if (!this.#state.paused) this.#readSoon()
    }
    const gone = this.#askedFilter === '' ? batch.removed : [...batch.removed, ...batch.unmatched]
    if (this.#reading) for (const { id } of batch.changed) this.#touched.add(id)
    if (this.#reading) for (const id of gone) this.#touched.add(id)
    if (this.#state.paused) {
      for (const id of gone) this.#heldChanges.set(id, null)
      for (const summary of batch.changed) this.#heldChanges.set(summary.id, summary)
      if (this.#heldChanges.size > MAX_HELD_CHANGES) {
        this.#heldChanges.clear()
        this.#missedMuch = true
      }
    } else {
      this.table.remove(gone)
      this.table.put(batch.changed)
    }
    this.#change({ usage, total, status, held: this.#heldChanges.size })
  }

  #change(change: Partial<FeedState>): void {
    this.#state = { ...this.#state, ...change }
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined
      // Another object, so that readers see that the table has changed too.
      this.#state = { ...this.#state }
      for (const listener of this.#listeners) listener()
    })
  }
}

import type { CaptureSummary } from '../../../src/contract.ts'
import { type Filter, matchesFilter } from '../../../src/filter.ts'

/** Rows that the page keeps; the oldest go first. The agent's own store is bounded by bytes, not by their number. */
export const MAX_ROWS = 50_000

/** Captures by age, and those of them that a filter lets through. Changes cost what changed, not what there is. */
export class CaptureTable {
  readonly #captures = new Map<string, CaptureSummary>()
  /** Ascending: ids sort by age. */
  #ids: string[] = []
  #visible: string[] = []
  #shown = new Set<string>()
  #filter: Filter = { terms: [] }

  get total(): number {
    return this.#ids.length
  }

  get matched(): number {
    return this.#visible.length
  }

  /** All of them, shown or not, oldest first. */
  ids(): readonly string[] {
    return this.#ids
  }

  get(id: string): CaptureSummary | undefined {
    return this.#captures.get(id)
  }

  /** The row at a position from the top, where the newest is. */
  at(index: number): CaptureSummary | undefined {
    const id = this.#visible[this.#visible.length - 1 - index]
    return id === undefined ? undefined : this.#captures.get(id)
  }

  /** Where a capture stands among the rows, from the top; -1 where it is not shown. */
  indexOf(id: string): number {
    if (!this.#shown.has(id)) return -1
    return this.#visible.length - 1 - lowerBound(this.#visible, id)
  }

  set filter(filter: Filter) {
    this.#filter = filter
    this.#shown = new Set()
    for (const summary of this.#captures.values()) if (matchesFilter(filter, { summary })) this.#shown.add(summary.id)
    this.#rebuild()
  }

  put(captures: Iterable<CaptureSummary>): void {
    const added: string[] = []
    let rebuild = false
    for (const summary of captures) {
      const { id } = summary
      const known = this.#captures.has(id)
      this.#captures.set(id, summary)
      const shows = matchesFilter(this.#filter, { summary })
      if (!known) added.push(id)
      else if (shows !== this.#shown.has(id)) rebuild = true
      if (shows) this.#shown.add(id)
      else this.#shown.delete(id)
    }
    if (added.length > 0) this.#insert(added.sort())
    if (rebuild) this.#rebuild()
    if (this.#ids.length > MAX_ROWS) this.remove(this.#ids.slice(0, this.#ids.length - MAX_ROWS))
  }

  remove(ids: Iterable<string>): void {
    let some = false
    for (const id of ids) {
      some = this.#captures.delete(id) || some
      this.#shown.delete(id)
    }
    if (!some) return
    this.#ids = this.#ids.filter((id) => this.#captures.has(id))
    this.#rebuild()
  }

  clear(): void {
    this.#captures.clear()
    this.#shown.clear()
    this.#ids = []
    this.#visible = []
  }

  #insert(added: string[]): void {
    const newer = (added[0] ?? '') > (this.#ids.at(-1) ?? '')
    for (const id of added) this.#ids.push(id)
    if (newer) {
      for (const id of added) if (this.#shown.has(id)) this.#visible.push(id)
      return
    }
    this.#ids.sort()
    this.#rebuild()
  }

  #rebuild(): void {
    this.#visible = this.#ids.filter((id) => this.#shown.has(id))
  }
}

function lowerBound(sorted: readonly string[], id: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? '') < id) low = middle + 1
    else high = middle
  }
  return low
}

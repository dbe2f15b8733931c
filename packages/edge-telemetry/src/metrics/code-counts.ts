/** More codes than the catalogue has at this edge: what comes beyond counts as `other`. */
const MAX_CODES = 300

/** How often each error code was given. Codes are of a closed list, so that labels stay few. */
export class CodeCounts {
  readonly #counts = new Map<string, number>()

  add(code: string): void {
    const count = this.#counts.get(code)
    if (count !== undefined || this.#counts.size < MAX_CODES) this.#counts.set(code, (count ?? 0) + 1)
    else this.#counts.set('other', (this.#counts.get('other') ?? 0) + 1)
  }

  entries(): Iterable<[code: string, count: number]> {
    return this.#counts.entries()
  }
}

interface Entry<K, V> {
  readonly key: K
  value: V
  /** Towards those used longer ago. */
  older: Entry<K, V> | undefined
  newer: Entry<K, V> | undefined
}

/**
 * A map of at most `maxEntries`: where a new one would be one too many, the entry that was used longest ago goes.
 * Using is `get` or `set`.
 *
 * The order is a list of its own. That of a `Map` would do, but a look at its first key walks over all that were deleted before it: with
 * 100,000 entries a new key took 38 µs.
 */
export class BoundedMap<K, V> {
  readonly #maxEntries: number
  readonly #entries = new Map<K, Entry<K, V>>()
  #oldest: Entry<K, V> | undefined
  #newest: Entry<K, V> | undefined

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#use(entry)
    return entry.value
  }

  /** @returns What had to go for it. */
  set(key: K, value: V): V | undefined {
    const known = this.#entries.get(key)
    if (known !== undefined) {
      known.value = value
      this.#use(known)
      return undefined
    }
    const gone = this.#entries.size >= this.#maxEntries ? this.#oldest : undefined
    if (gone !== undefined) this.delete(gone.key)
    const entry = { key, value, older: undefined, newer: undefined }
    this.#entries.set(key, entry)
    this.#append(entry)
    return gone?.value
  }

  delete(key: K): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#unlink(entry)
  }

  /** The entry that was used longest ago, unused by being looked at. */
  oldest(): [K, V] | undefined {
    return this.#oldest && [this.#oldest.key, this.#oldest.value]
  }

  #use(entry: Entry<K, V>): void {
    if (entry === this.#newest) return
    this.#unlink(entry)
    this.#append(entry)
  }

  #append(entry: Entry<K, V>): void {
    entry.older = this.#newest
    if (this.#newest === undefined) this.#oldest = entry
    else this.#newest.newer = entry
    this.#newest = entry
  }

  #unlink(entry: Entry<K, V>): void {
    const { older, newer } = entry
    if (older === undefined) this.#oldest = newer
    else older.newer = newer
    if (newer === undefined) this.#newest = older
    else newer.older = older
    entry.older = undefined
    entry.newer = undefined
  }
}

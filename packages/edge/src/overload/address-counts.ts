import { addressKey } from './address-key.ts'

interface Entry {
  open: number
  told: boolean
}

/** How much of something is open from each address. An address is forgotten when the last of it closes. */
export class AddressCounts {
  readonly #entries = new Map<string, Entry>()

  /** Addresses that have something open. */
  get size(): number {
    return this.#entries.size
  }

  /** One more; gives what takes it away again. `undefined`: there are `max` from there already. A `max` of 0 is none. */
  add(address: string, max: number): (() => void) | undefined {
    const key = addressKey(address)
    const entry = this.#entries.get(key)
    if (entry === undefined) this.#entries.set(key, { open: 1, told: false })
    else if (max > 0 && entry.open >= max) return undefined
    else entry.open++
    return () => this.#remove(key)
  }

  /** Whether it is worth telling that an address is refused: once until it is forgotten. */
  isNews(address: string): boolean {
    const entry = this.#entries.get(addressKey(address))
    if (!entry || entry.told) return false
    entry.told = true
    return true
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key)
    if (entry && --entry.open === 0) this.#entries.delete(key)
  }
}

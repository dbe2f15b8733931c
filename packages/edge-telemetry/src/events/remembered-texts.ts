import { Keeping } from './keeping.ts'

/** Values that are kept: one for each remainder of their length. */
const SLOTS = 8
/** Characters of a value that is kept. */
const MAX_LENGTH = 256

interface Remembered {
  readonly value: string
  readonly text: string
}

/** Texts that are made of values, most of which are one of a few: comparing is less than making. What is kept is less than 8 KiB. */
export class RememberedTexts {
  readonly #make: (value: string) => string | undefined
  readonly #slots: (Remembered | undefined)[] = new Array(SLOTS).fill(undefined)
  readonly #keeping = new Keeping()

  /** @param make gives ASCII; `undefined` where it cannot */
  constructor(make: (value: string) => string | undefined) {
    this.#make = make
  }

  of(value: string): string | undefined {
    const slot = value.length % SLOTS
    const known = this.#slots[slot]
    if (known !== undefined && known.value === value) {
      this.#keeping.hit()
      return known.text
    }
    const text = this.#make(value)
    if (this.#keeping.miss() && text !== undefined && value.length <= MAX_LENGTH) {
      const own = copied(value)
      if (own === value) this.#slots[slot] = { value: own, text: copied(text) }
    }
    return text
  }
}

/** In one piece of its own: what is cut out of a head keeps all of it in memory, and what is put together its parts. Another text if it is not latin1. */
export function copied(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

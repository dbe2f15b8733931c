import { readdirSync, statSync } from 'node:fs'

const DIRECTORY = '/proc/self/fd'

/** How many times longer than it takes to list them it is waited before they are listed again. */
const REST = 100

export interface DescriptorReads {
  /** What Linux 6.2 and later say without looking at each; 0 before. */
  size(): number
  /** How many there are in a list of all, which takes milliseconds where there are thousands. */
  list(): number
  /** On a clock that never goes back, in ms. */
  now(): number
}

const reads: DescriptorReads = {
  size: () => statSync(DIRECTORY).size,
  list: () => readdirSync(DIRECTORY).length,
  now: () => performance.now(),
}

/** How many descriptors this process has open. */
export class DescriptorCount {
  readonly #limit: number | undefined
  readonly #reads: DescriptorReads
  #listed = 0
  #listAgainAt = Number.NEGATIVE_INFINITY

  /** `limit`: as many as it may have. */
  constructor(limit: number | undefined, given = reads) {
    this.#limit = limit
    this.#reads = given
  }

  /** `undefined` where nobody can say. */
  count(): number | undefined {
    try {
      return this.#reads.size() || this.#list()
    } catch (cause) {
      // To list them takes one.
      return (cause as NodeJS.ErrnoException).code === 'EMFILE' ? this.#limit : undefined
    }
  }

  #list(): number {
    const beganAt = this.#reads.now()
    if (beganAt < this.#listAgainAt) return this.#listed
    this.#listed = this.#reads.list()
    const endedAt = this.#reads.now()
    this.#listAgainAt = endedAt + (endedAt - beganAt) * REST
    return this.#listed
  }
}

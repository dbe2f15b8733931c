import { ENTRY_OVERHEAD_BYTES } from './dynamic-table.ts'

const COLON = 0x3a

/** What comes of one block, within its limits: once either is exceeded, nothing is kept. */
export class FieldList {
  readonly #maxBytes: number
  readonly #maxFields: number
  #fields: string[] = []
  #bytes = 0
  #count = 0
  #exceeded: 'maxHeaderListBytes' | 'maxHeaders' | undefined

  constructor(maxBytes: number, maxFields: number) {
    this.#maxBytes = maxBytes
    this.#maxFields = maxFields
  }

  get fields(): readonly string[] {
    return this.#fields
  }

  get exceeded(): 'maxHeaderListBytes' | 'maxHeaders' | undefined {
    return this.#exceeded
  }

  add(name: string, value: string): void {
    if (this.#exceeded !== undefined) return
    this.#bytes += name.length + value.length + ENTRY_OVERHEAD_BYTES
    if (name.charCodeAt(0) !== COLON) this.#count++
    if (this.#bytes > this.#maxBytes) return this.#exceed('maxHeaderListBytes')
    if (this.#count > this.#maxFields) return this.#exceed('maxHeaders')
    this.#fields.push(name, value)
  }

  #exceed(limit: 'maxHeaderListBytes' | 'maxHeaders'): void {
    this.#exceeded = limit
    this.#fields = []
  }
}

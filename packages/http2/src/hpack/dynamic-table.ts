/** What an entry counts beside its name and value (RFC 7541 §4.1), and a field beside its own (RFC 9113 §6.5.2). */
export const ENTRY_OVERHEAD_BYTES = 32

const FIRST_CAPACITY = 16

/** The fields that a peer may refer to again: a ring that drops its oldest entries to stay within `maxBytes` (RFC 7541 §4). */
export class DynamicTable {
  /** Both have a power of two of places, which doubles when all are taken: never more than twice `maxBytes / 32`. */
  #names: string[] = new Array<string>(FIRST_CAPACITY).fill('')
  #values: string[] = new Array<string>(FIRST_CAPACITY).fill('')
  #newest = 0
  #count = 0
  #bytes = 0
  #maxBytes: number
  #version = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get count(): number {
    return this.#count
  }

  get maxBytes(): number {
    return this.#maxBytes
  }

  /** Another number after each change. */
  get version(): number {
    return this.#version
  }

  /** `age`: 0 for the newest, below `count`. */
  nameAt(age: number): string {
    return this.#names[this.#placeOf(age)]!
  }

  valueAt(age: number): string {
    return this.#values[this.#placeOf(age)]!
  }

  /** An entry larger than the table empties it, which is no error (RFC 7541 §4.4). */
  insert(name: string, value: string): void {
    const bytes = name.length + value.length + ENTRY_OVERHEAD_BYTES
    this.#evictTo(this.#maxBytes - bytes)
    if (bytes > this.#maxBytes) return
    if (this.#count === this.#names.length) this.#grow()
    this.#newest = (this.#newest + 1) & (this.#names.length - 1)
    this.#names[this.#newest] = name
    this.#values[this.#newest] = value
    this.#count++
    this.#bytes += bytes
    this.#version++
  }

  resize(maxBytes: number): void {
    this.#maxBytes = maxBytes
    this.#version++
    this.#evictTo(maxBytes)
  }

  #evictTo(bytes: number): void {
    while (this.#bytes > bytes && this.#count > 0) {
      const oldest = this.#placeOf(this.#count - 1)
      this.#bytes -= this.#names[oldest]!.length + this.#values[oldest]!.length + ENTRY_OVERHEAD_BYTES
      this.#names[oldest] = ''
      this.#values[oldest] = ''
      this.#count--
      this.#version++
    }
  }

  #grow(): void {
    const none = new Array<string>(this.#count).fill('')
    this.#names = [...this.#oldestFirst(this.#names), ...none]
    this.#values = [...this.#oldestFirst(this.#values), ...none]
    this.#newest = this.#count - 1
  }

  /** Of a ring that is full. */
  #oldestFirst(ring: readonly string[]): string[] {
    return [...ring.slice(this.#newest + 1), ...ring.slice(0, this.#newest + 1)]
  }

  #placeOf(age: number): number {
    return (this.#newest - age) & (this.#names.length - 1)
  }
}

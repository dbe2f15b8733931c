import { isMap } from '../scalars.ts'

/** Reads a map of another program's file and knows which keys nobody asked for: those are told to the user. */
export class KeyReader {
  readonly path: string
  readonly #values: Readonly<Record<string, unknown>>
  readonly #asked = new Set<string>()
  readonly #inner = new Map<string, KeyReader>()

  constructor(value: unknown, path: string) {
    this.path = path
    this.#values = isMap({ value }) ? (value as Record<string, unknown>) : {}
  }

  has(key: string): boolean {
    return (this.#values[key] ?? null) !== null
  }

  value(key: string): unknown {
    this.#asked.add(key)
    return Object.hasOwn(this.#values, key) ? (this.#values[key] ?? undefined) : undefined
  }

  text(key: string): string | undefined {
    const value = this.value(key)
    return value === undefined || value === '' || typeof value === 'object' ? undefined : String(value)
  }

  number(key: string): number | undefined {
    const value = this.value(key)
    return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined
  }

  isOn(key: string): boolean {
    return this.value(key) === true
  }

  texts(key: string): string[] {
    const value = this.value(key)
    return Array.isArray(value) ? value.map(String) : []
  }

  map(key: string): KeyReader {
    const reader = this.#inner.get(key) ?? new KeyReader(this.value(key), this.nameOf(key))
    this.#inner.set(key, reader)
    return reader
  }

  maps(key: string): KeyReader[] {
    const value = this.value(key)
    if (!Array.isArray(value)) return []
    return value.map((item: unknown, index) => {
      const name = isMap({ value: item }) ? (item as { name?: unknown }).name : undefined
      return new KeyReader(item, `${this.nameOf(key)}[${typeof name === 'string' ? name : index}]`)
    })
  }

  /** Names and values of a map of texts. */
  entries(key: string): [string, string][] {
    const value = this.value(key)
    return isMap({ value }) ? Object.entries(value as object).map(([name, text]) => [name, String(text)]) : []
  }

  nameOf(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`
  }

  /** Keys that nobody asked for, of the maps inside too. */
  rest(): string[] {
    const own = Object.keys(this.#values).filter((key) => !this.#asked.has(key) && this.has(key))
    return [...own.map((key) => this.nameOf(key)), ...[...this.#inner.values()].flatMap((inner) => inner.rest())]
  }
}

import type { HeaderList } from '@tunnel/http'
import { fieldValues, isField, textFromField } from '../actions/header-fields.ts'
import { softList } from '../cel/access.ts'
import { LazyMap } from '../cel/values.ts'

const NO_VALUES = softList('')

/** Header fields as a map of lists, made on demand: asking for one reads no other. Names are compared without case. Reference §2.7 */
export class FieldMap extends LazyMap {
  readonly #fields: HeaderList

  constructor(fields: HeaderList) {
    super(NO_VALUES)
    this.#fields = fields
  }

  get size(): number {
    return this.#names().length
  }

  get(name: unknown): readonly string[] | undefined {
    if (typeof name !== 'string') return undefined
    const values = fieldValues(this.#fields, name.toLowerCase())
    return values.length === 0 ? undefined : values.map(textFromField)
  }

  has(name: unknown): boolean {
    if (typeof name !== 'string') return false
    const wanted = name.toLowerCase()
    for (let at = 0; at < this.#fields.length; at += 2) if (isField(this.#fields[at]!, wanted)) return true
    return false
  }

  keys(): IterableIterator<string> {
    return this.#names().values()
  }

  /** In lower case, sorted, each once. */
  #names(): string[] {
    const names = new Set<string>()
    for (let at = 0; at < this.#fields.length; at += 2) names.add(this.#fields[at]!.toLowerCase())
    return [...names].sort()
  }
}

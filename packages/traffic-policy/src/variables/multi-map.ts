import { softList } from '../cel/access.ts'
import { LazyMap } from '../cel/values.ts'

/** Names with a list of values each, as of cookies or query parameters: what is not there has an empty first value. Reference §2.6 */
export class MultiMap extends LazyMap {
  readonly #lists: ReadonlyMap<string, readonly unknown[]>

  constructor(lists: ReadonlyMap<string, readonly unknown[]>, absent: readonly unknown[]) {
    super(absent)
    this.#lists = lists
  }

  get size(): number {
    return this.#lists.size
  }

  get(name: unknown): readonly unknown[] | undefined {
    return this.#lists.get(name as string)
  }

  has(name: unknown): boolean {
    return this.#lists.has(name as string)
  }

  keys(): IterableIterator<string> {
    return this.#lists.keys()
  }
}

const NO_TEXTS = softList('')

/** Values of one name in their order. */
export const textMultiMap = (pairs: Iterable<readonly [string, string]>): MultiMap =>
  new MultiMap(gathered(pairs), NO_TEXTS)

export function gathered<T>(pairs: Iterable<readonly [string, T]>): Map<string, T[]> {
  const lists = new Map<string, T[]>()
  for (const [name, value] of pairs) {
    const list = lists.get(name)
    if (list) list.push(value)
    else lists.set(name, [value])
  }
  return lists
}

import { celFromJson } from '../cel/json.ts'
import { isMap } from '../cel/values.ts'

/** As the action gave it, until a rule asks: most results are read by none. */
class Unread {
  readonly results: object

  constructor(results: object) {
    this.results = results
  }
}

/** `actions.<product>.*`: what the last execution of each action type said. Reference §3.3 */
export class ActionResults {
  /** By names that the engine knows. No Map: it takes five times the memory, for each request. */
  #results: Record<string, unknown> | undefined

  /** Replaces what an earlier execution of the same type left. `results` must not change any more. */
  set(action: string, results: object): void {
    this.#results ??= {}
    this.#results[action] = new Unread(results)
  }

  /** Adds to what the last execution left. */
  add(action: string, results: object): void {
    const before = this.#resultsOf(action)
    this.set(action, { ...(before instanceof Map ? Object.fromEntries(before) : {}), ...results })
  }

  copy(): ActionResults {
    const copied = new ActionResults()
    if (this.#results) copied.#results = { ...this.#results }
    return copied
  }

  has(action: string): boolean {
    return this.#results !== undefined && Object.hasOwn(this.#results, action)
  }

  read(path: readonly string[]): unknown {
    let value: unknown = this.#resultsOf(path[0]!)
    for (const name of path.slice(1)) value = isMap(value) ? value.get(name) : undefined
    return value
  }

  #resultsOf(action: string): unknown {
    if (this.#results === undefined || !Object.hasOwn(this.#results, action)) return undefined
    const value = this.#results[action]
    if (!(value instanceof Unread)) return value
    const read = celFromJson(value.results, 'int')
    this.#results[action] = read
    return read
  }
}

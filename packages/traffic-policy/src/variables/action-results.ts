import { celFromJson } from '../cel/json.ts'
import { isMap } from '../cel/values.ts'

/** `actions.<product>.*`: what the last execution of each action type said. Reference §3.3 */
export class ActionResults {
  readonly #results = new Map<string, unknown>()

  /** Replaces what an earlier execution of the same type left. */
  set(action: string, results: object): void {
    this.#results.set(action, celFromJson(results, 'int'))
  }

  /** Adds to what the last execution left. */
  add(action: string, results: object): void {
    const before = this.#results.get(action)
    this.set(action, { ...(before instanceof Map ? Object.fromEntries(before) : {}), ...results })
  }

  copy(): ActionResults {
    const copied = new ActionResults()
    for (const [action, results] of this.#results) copied.#results.set(action, results)
    return copied
  }

  has(action: string): boolean {
    return this.#results.has(action)
  }

  read(path: readonly string[]): unknown {
    let value: unknown = this.#results.get(path[0]!)
    for (const name of path.slice(1)) value = isMap(value) ? value.get(name) : undefined
    return value
  }
}

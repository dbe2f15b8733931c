import type { Listener } from '../listener.ts'

/** The endpoints of one connection, under the ids that the edge gave them there. */
export class ServedEndpoints {
  readonly #byId = new Map<string, Listener>()
  readonly #ids = new Map<Listener, string>()
  readonly #refused = new WeakSet<Listener>()

  add(listener: Listener, id: string): void {
    this.#byId.set(id, listener)
    this.#ids.set(listener, id)
  }

  /** The edge does not want it over this connection. */
  refuse(listener: Listener): void {
    this.delete(listener)
    this.#refused.add(listener)
  }

  /** The id that it had. */
  delete(listener: Listener): string | undefined {
    const id = this.#ids.get(listener)
    if (id === undefined) return undefined
    this.#ids.delete(listener)
    this.#byId.delete(id)
    return id
  }

  at(id: string): Listener | undefined {
    return this.#byId.get(id)
  }

  idOf(listener: Listener): string | undefined {
    return this.#ids.get(listener)
  }

  has(listener: Listener): boolean {
    return this.#ids.has(listener)
  }

  /** Those of `listeners` that have not been asked for yet. */
  missing(listeners: Iterable<Listener>): Listener[] {
    return [...listeners].filter((listener) => !this.#ids.has(listener) && !this.#refused.has(listener))
  }
}

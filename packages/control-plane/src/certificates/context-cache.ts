import type { SecureContext } from 'node:tls'

/** Contexts by name, at most `max` of them: the one unused for longest goes first. */
export class ContextCache {
  readonly #max: number
  /** In the order of last use. */
  readonly #contexts = new Map<string, SecureContext>()

  constructor(max: number) {
    this.#max = max
  }

  get(name: string, make: () => SecureContext): SecureContext {
    const context = this.#contexts.get(name) ?? make()
    this.#contexts.delete(name)
    this.#contexts.set(name, context)
    if (this.#contexts.size > this.#max) this.#contexts.delete(this.#contexts.keys().next().value as string)
    return context
  }

  clear(): void {
    this.#contexts.clear()
  }
}

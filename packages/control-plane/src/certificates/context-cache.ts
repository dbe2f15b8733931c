/** Certificates by name, ready or in the making, at most `max` of them: the one unused for longest goes first. */
export class ContextCache<T> {
  readonly #max: number
  /** In the order of last use. */
  readonly #contexts = new Map<string, Promise<T>>()

  constructor(max: number) {
    this.#max = max
  }

  /** Made once for all who ask meanwhile. A failure is theirs too, and forgotten. */
  get(name: string, make: () => Promise<T>): Promise<T> {
    const context = this.#contexts.get(name) ?? this.#forgottenIfItFails(name, make())
    this.#contexts.delete(name)
    this.#contexts.set(name, context)
    if (this.#contexts.size > this.#max) this.#contexts.delete(this.#contexts.keys().next().value as string)
    return context
  }

  clear(): void {
    this.#contexts.clear()
  }

  #forgottenIfItFails(name: string, context: Promise<T>): Promise<T> {
    context.catch(() => {
      // Another may be in its place by now.
      if (this.#contexts.get(name) === context) this.#contexts.delete(name)
    })
    return context
  }
}

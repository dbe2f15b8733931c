/** Values that a test takes in the order in which they came, waiting for those that have not come yet. */
export class Queue<T> {
  readonly #values: T[] = []
  readonly #waiting: ((value: T) => void)[] = []

  push(value: T): void {
    const next = this.#waiting.shift()
    if (next) next(value)
    else this.#values.push(value)
  }

  next(): Promise<T> {
    if (this.#values.length > 0) return Promise.resolve(this.#values.shift() as T)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  get length(): number {
    return this.#values.length
  }
}

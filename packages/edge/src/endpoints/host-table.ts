/**
 * Values by host name, exact or wildcard (`*.example.com`). The most specific wins: the exact name, then the wildcard with
 * the longest suffix. `*.example.com` matches any depth below `example.com` and not the name itself (reference §1.9 W2, W5).
 */
export class HostTable<T> {
  readonly #exact = new Map<string, T>()
  readonly #wildcards = new Map<string, T>()

  get(host: string): T | undefined {
    return host.startsWith('*.') ? this.#wildcards.get(host.slice(2)) : this.#exact.get(host)
  }

  set(host: string, value: T): void {
    if (host.startsWith('*.')) this.#wildcards.set(host.slice(2), value)
    else this.#exact.set(host, value)
  }

  delete(host: string): void {
    if (host.startsWith('*.')) this.#wildcards.delete(host.slice(2))
    else this.#exact.delete(host)
  }

  /** Who serves `host`, which is lowercase and without a port. */
  match(host: string): T | undefined {
    const exact = this.#exact.get(host)
    if (exact !== undefined || this.#wildcards.size === 0) return exact
    for (let dot = host.indexOf('.'); dot > 0; dot = host.indexOf('.', dot + 1)) {
      const wildcard = this.#wildcards.get(host.slice(dot + 1))
      if (wildcard !== undefined) return wildcard
    }
    return undefined
  }

  *values(): Iterable<T> {
    yield* this.#exact.values()
    yield* this.#wildcards.values()
  }

  get size(): number {
    return this.#exact.size + this.#wildcards.size
  }
}

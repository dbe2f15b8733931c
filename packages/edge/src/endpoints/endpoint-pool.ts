import type { Endpoint } from './endpoint.ts'

/** Endpoints that share one address, since all of them allow it. */
export class EndpointPool {
  readonly #members: Endpoint[] = []
  #next = 0

  constructor(first: Endpoint) {
    this.#members.push(first)
  }

  get size(): number {
    return this.#members.length
  }

  get first(): Endpoint | undefined {
    return this.#members[0]
  }

  add(endpoint: Endpoint): void {
    this.#members.push(endpoint)
  }

  delete(endpoint: Endpoint): void {
    const at = this.#members.indexOf(endpoint)
    if (at >= 0) this.#members.splice(at, 1)
  }

  /** Who has the fewest requests and connections; where several do they take turns. A pool that is asked has a member. */
  pick(): Endpoint {
    return this.alternative([]) as Endpoint
  }

  /** The same among those that are not in `tried`. */
  alternative(tried: readonly Endpoint[]): Endpoint | undefined {
    const members = this.#members
    let best: Endpoint | undefined
    let bestAt = 0
    for (let i = 0; i < members.length; i++) {
      const at = (this.#next + i) % members.length
      const member = members[at] as Endpoint
      if ((best !== undefined && member.running >= best.running) || tried.includes(member)) continue
      best = member
      bestAt = at
    }
    this.#next = bestAt + 1
    return best
  }
}

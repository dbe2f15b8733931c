import { TunnelError } from '@tunnel/protocol'
import type { EdgeLimits } from '../limits.ts'
import type { RefusedCounts } from './refused-counts.ts'

/** How much one endpoint may have at once. */
export class EndpointRoom {
  readonly #limits: EdgeLimits
  readonly #refused: RefusedCounts

  constructor(limits: EdgeLimits, refused: RefusedCounts) {
    this.#limits = limits
    this.#refused = refused
  }

  /** Throws {@link TunnelError} 714 where `others` are as many as there may be. */
  assert(others: number): void {
    const max = this.#limits.maxConnectionsPerEndpoint
    if (others < max || max === 0) return
    this.#refused.atEndpoint++
    throw new TunnelError(714, `${others} requests and connections at once, the limit is ${max}`)
  }
}

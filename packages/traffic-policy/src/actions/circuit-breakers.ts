import { BoundedMap } from './bounded-map.ts'
import { type CircuitBreaker, type CircuitBreakerConfig, createCircuitBreaker } from './circuit-breaker.ts'

/** The breakers of an edge: one for each key, which names an endpoint and an action of its policy. */
export interface CircuitBreakers {
  breaker(key: string, config: CircuitBreakerConfig): CircuitBreaker
}

export interface CircuitBreakersOptions {
  /**
   * How many breakers are kept; beyond it the one unused longest is forgotten, which closes it.
   *
   * @default 10_000
   */
  maxBreakers?: number
}

/** The keys must change with the configuration: a breaker keeps the one it was made with. */
export function createCircuitBreakers({ maxBreakers = 10_000 }: CircuitBreakersOptions = {}): CircuitBreakers {
  const breakers = new BoundedMap<string, CircuitBreaker>(maxBreakers)
  return {
    breaker(key, config) {
      const known = breakers.get(key)
      if (known !== undefined) return known
      const made = createCircuitBreaker(config)
      breakers.set(key, made)
      return made
    },
  }
}

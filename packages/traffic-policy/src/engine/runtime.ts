import { type CircuitBreakers, createCircuitBreakers } from '../actions/circuit-breakers.ts'
import { createJwksCache, type JwksCache } from '../actions/jwks-cache.ts'
import { createMemoryRateCounters } from '../actions/memory-rate-counters.ts'
import type { PolicyClock, PolicyFetch } from '../actions/policy-fetch.ts'
import type { RateCounters } from '../actions/rate-limit.ts'
import type { IpPolicyRule } from '../actions/restrict-ips.ts'
import { createSnsCertificates, type SnsCertificates } from '../actions/webhook/sns.ts'
import type { VariablePorts } from '../variables/ports.ts'

/** What policies need from outside. Each has a default that reaches nothing. */
export interface PolicyPorts extends Omit<VariablePorts, 'now'> {
  /** @default the system's */
  clock?: PolicyClock
  /** Makes the requests of `http-request`, and fetches key sets and certificates. Without it those fail. */
  fetch?: PolicyFetch
  /** @default in memory, of this runtime */
  rateCounters?: RateCounters
  /** @default in memory, of this runtime */
  circuitBreakers?: CircuitBreakers
  /** The rules of an IP policy as they are now, by its id. */
  ipPolicy?(id: string): readonly IpPolicyRule[] | undefined
  /** The PEM of an uploaded certificate authority, by its `ca_…` id. */
  certificateAuthority?(id: string): string | undefined
  /** Told of what went wrong inside an action, for the edge's log: the visitor is not told. It may hold anything, secrets too. */
  reportError?(error: unknown): void
  /** Where abuse of `http-request` can be reported. */
  reportAbuseUrl?: string
}

/** State that all policies of an edge share: counters, key sets, certificates. One for a process. */
export interface PolicyRuntime {
  readonly ports: PolicyPorts
  readonly variablePorts: VariablePorts
  readonly clock: PolicyClock
  readonly fetch: PolicyFetch | undefined
  readonly rateCounters: RateCounters
  readonly circuitBreakers: CircuitBreakers
  readonly jwks: JwksCache
  readonly snsCertificates: SnsCertificates | undefined
}

const systemClock: PolicyClock = {
  now: () => Date.now(),
  setTimeout: (run, delayMs) => setTimeout(run, delayMs),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
}

const noFetch: PolicyFetch = () => Promise.reject(new Error('policies cannot make requests here'))

export function createPolicyRuntime(ports: PolicyPorts = {}): PolicyRuntime {
  const { clock = systemClock, fetch } = ports
  return {
    ports,
    clock,
    fetch,
    variablePorts: { ...ports, now: () => clock.now() },
    rateCounters: ports.rateCounters ?? createMemoryRateCounters(),
    circuitBreakers: ports.circuitBreakers ?? createCircuitBreakers(),
    jwks: createJwksCache(fetch ?? noFetch, clock),
    snsCertificates: fetch && createSnsCertificates(fetch, clock),
  }
}

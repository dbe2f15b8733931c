import type { ActionResults } from './action-results.ts'
import type { ConnectionFacts, EndpointFacts } from './facts.ts'
import { IpCache } from './ip-cache.ts'
import type { IpFacts, UserAgentFacts, VariablePorts } from './ports.ts'
import type { RequestVariables } from './request-variables.ts'
import type { ResponseVariables } from './response-variables.ts'
import { parseUserAgent } from './user-agent.ts'

/** What the variables of one phase execution are read from. Reference §3 */
export interface PhaseVariables {
  readonly connection: ConnectionFacts
  readonly endpoint: EndpointFacts
  readonly request?: RequestVariables
  readonly response?: ResponseVariables
  /** Live for this phase only. */
  readonly vars: Map<string, unknown>
  /** Live from the connection's phase to the response's. */
  readonly results: ActionResults
  ip(address: string): IpFacts | undefined
  userAgent(text: string): UserAgentFacts
  secret(vault: string, name: string): string | undefined
  now(): number
  random(): number
}

export interface PhaseState {
  readonly connection: ConnectionFacts
  readonly endpoint: EndpointFacts
  readonly request?: RequestVariables
  readonly response?: ResponseVariables
  readonly results: ActionResults
}

export function createPhaseVariables(state: PhaseState, ports: VariablePorts, ips: IpCache = new IpCache(ports)): PhaseVariables {
  return {
    ...state,
    vars: new Map(),
    ip: (address) => ips.lookUp(address),
    userAgent: ports.parseUserAgent ?? parseUserAgent,
    secret: (vault, name) => ports.secret?.(vault, name),
    now: ports.now ?? Date.now,
    random: ports.random ?? Math.random,
  }
}

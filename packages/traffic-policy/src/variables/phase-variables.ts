import type { ActionResults } from './action-results.ts'
import type { ConnectionFacts, EndpointFacts } from './facts.ts'
import { IpCache } from './ip-cache.ts'
import type { IpFacts, UserAgentFacts, VariablePorts } from './ports.ts'
import type { RequestVariables } from './request-variables.ts'
import type { ResponseVariables } from './response-variables.ts'
import { parseUserAgent } from './user-agent.ts'

export interface PhaseState {
  readonly connection: ConnectionFacts
  readonly endpoint: EndpointFacts
  readonly request: RequestVariables | undefined
  readonly response: ResponseVariables | undefined
  /** Live from the connection's phase to the response's. */
  readonly results: ActionResults
}

/**
 * What the variables of one phase execution are read from. Reference §3
 *
 * A class, since one is made for every request: putting the same object together from parts took seven times as long as five rules do.
 */
export class PhaseVariables implements PhaseState {
  /** Set anew by a handshake within the phase. */
  connection: ConnectionFacts
  readonly endpoint: EndpointFacts
  readonly request: RequestVariables | undefined
  response: ResponseVariables | undefined
  readonly results: ActionResults
  readonly #ports: VariablePorts
  readonly #ips: IpCache
  #vars: Map<string, unknown> | undefined

  constructor(state: PhaseState, ports: VariablePorts, ips: IpCache = new IpCache(ports)) {
    this.connection = state.connection
    this.endpoint = state.endpoint
    this.request = state.request
    this.response = state.response
    this.results = state.results
    this.#ports = ports
    this.#ips = ips
  }

  /** For a further phase of the same exchange. */
  enterNextPhase(response: ResponseVariables | undefined): void {
    this.response = response
    this.#vars = undefined
  }

  /** Live for this phase only. */
  get vars(): Map<string, unknown> {
    this.#vars ??= new Map()
    return this.#vars
  }

  ip(address: string): IpFacts | undefined {
    return this.#ips.lookUp(address)
  }

  userAgent(text: string): UserAgentFacts {
    return (this.#ports.parseUserAgent ?? parseUserAgent)(text)
  }

  secret(vault: string, name: string): string | undefined {
    return this.#ports.secret?.(vault, name)
  }

  now(): number {
    return this.#ports.now?.() ?? Date.now()
  }

  random(): number {
    return (this.#ports.random ?? Math.random)()
  }
}

import { TunnelError } from '@tunnel/protocol'
import {
  type CompilePolicyOptions,
  compilePolicy,
  createPolicyRuntime,
  PolicyEngine,
  type PolicyFault,
  type PolicyFetch,
  type PolicyRuntime,
} from '@tunnel/traffic-policy'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { EdgeLog } from '../ports.ts'
import type { EndpointPolicy } from './endpoint-policy.ts'
import type { PolicyOptions } from './policy-options.ts'

/** What of an endpoint its policy can know. */
export type PolicyPlace = Pick<Endpoint, 'id' | 'url' | 'host' | 'port' | 'scheme' | 'binding'>

/** Policies of an edge: what they share, and how a document becomes that of an endpoint. */
export class EndpointPolicies {
  readonly #runtime: PolicyRuntime
  readonly #options: PolicyOptions
  readonly #fetchFor: (accountId: string) => PolicyFetch

  /** `fetch` reaches the outside only; `fetchFor` reaches an account's internal endpoints too, for `http-request`. */
  constructor(parts: {
    options: PolicyOptions
    fetch: PolicyFetch
    fetchFor: (accountId: string) => PolicyFetch
    log: EdgeLog
  }) {
    const { options, fetch, log } = parts
    const { requestHosts: _hosts, allowPrivateAddresses: _private, onEvents: _events, ...ports } = options
    this.#options = options
    this.#fetchFor = parts.fetchFor
    this.#runtime = createPolicyRuntime({
      ...ports,
      fetch,
      reportError: (error) => log.error({ err: error }, 'an action of a traffic policy failed'),
    })
  }

  /**
   * The policy of a document at a place; `undefined` for one that says nothing.
   * Throws {@link TunnelError} with the code of the first fault and all faults in its message (reference §1.8).
   */
  compile(source: string, place: PolicyPlace, accountId: string): EndpointPolicy | undefined {
    if (source === '') return undefined
    const compiled = compilePolicy(source, this.#compileOptions(place))
    if (!compiled.ok) throw policyRefused(compiled.faults)
    const { phases } = compiled.policy
    if (Object.values(phases).every((rules) => rules.length === 0)) return undefined
    const { id, url, host, port, scheme: protocol } = place
    const runtime = { ...this.#runtime, fetch: this.#fetchFor(accountId) }
    const engine = new PolicyEngine(compiled.policy, runtime, { id, url, host, port, protocol })
    const readsHello = protocol === 'https' && (phases.on_tcp_connect.length > 0 || source.includes('ja4'))
    return { source, engine, readsHello, explain: undefined }
  }

  #compileOptions({ scheme, binding }: PolicyPlace): CompilePolicyOptions {
    const { ipPolicy, secret } = this.#options
    return {
      ...(binding !== 'labels' && { protocol: scheme }),
      ...(binding === 'internal' && { binding }),
      isSecretKnown: (vault, name) => secret?.(vault, name) !== undefined,
      ...(ipPolicy && { isIpPolicyKnown: (id) => ipPolicy(id) !== undefined }),
    }
  }
}

function policyRefused(faults: readonly PolicyFault[]): TunnelError {
  const lines = faults.map(({ code, line, column, message }) => `${line}:${column} ${message} (${code})`)
  const number = Number((faults[0] as PolicyFault).code.slice('ERR_TUNNEL_'.length))
  return new TunnelError(number, `traffic policy: ${lines.join('; ')}`)
}

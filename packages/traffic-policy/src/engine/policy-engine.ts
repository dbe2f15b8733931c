import type { PolicyPhase } from '../document/phases.ts'
import type { Policy } from '../document/policy.ts'
import type { ConnectionFacts, EndpointFacts } from '../variables/facts.ts'
import { PolicyConnection } from './policy-connection.ts'
import { runnableRules } from './prepare-actions.ts'
import type { RunnableRule } from './run-phase.ts'
import type { PolicyRuntime } from './runtime.ts'
import type { PolicyTraceRecorder } from './trace.ts'

/** A policy at one endpoint. Replacing a policy is making another engine: exchanges under way end with the one that they began with. */
export class PolicyEngine {
  readonly runtime: PolicyRuntime
  readonly endpoint: EndpointFacts
  readonly #rules: Readonly<Record<PolicyPhase, readonly RunnableRule[]>>

  constructor(policy: Policy, runtime: PolicyRuntime, endpoint: EndpointFacts) {
    this.runtime = runtime
    this.endpoint = endpoint
    const { on_tcp_connect, on_http_request, on_http_response, on_event_stream_message } = policy.phases
    this.#rules = {
      on_tcp_connect: runnableRules(on_tcp_connect),
      on_http_request: runnableRules(on_http_request),
      on_http_response: runnableRules(on_http_response),
      on_event_stream_message: runnableRules(on_event_stream_message),
    }
  }

  /** Whether a phase has rules at all. */
  has(phase: PolicyPhase): boolean {
    return this.#rules[phase].length > 0
  }

  rules(phase: PolicyPhase): readonly RunnableRule[] {
    return this.#rules[phase]
  }

  /** The policy's view of one connection. `trace` records all that happens to it and its requests. */
  connection(facts: ConnectionFacts, trace?: PolicyTraceRecorder): PolicyConnection {
    return new PolicyConnection(this, facts, trace)
  }
}

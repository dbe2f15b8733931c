import { createScope } from '../cel/scope.ts'
import { ActionResults } from '../variables/action-results.ts'
import type { ConnectionFacts, RequestFacts, TlsFacts } from '../variables/facts.ts'
import { IpCache } from '../variables/ip-cache.ts'
import { PhaseVariables } from '../variables/phase-variables.ts'
import type { PolicyError, TcpOutcome } from './outcome.ts'
import type { PhaseRun } from './phase-run.ts'
import type { PolicyEngine } from './policy-engine.ts'
import { createPolicyEvents, type PolicyEvents } from './policy-events.ts'
import { PolicyExchange } from './policy-exchange.ts'
import { type PhaseEnd, runPhase } from './run-phase.ts'
import type { PolicyTraceRecorder } from './trace.ts'
import { whenSettled } from './when-settled.ts'

const CONTINUE: TcpOutcome = { kind: 'continue' }

/** One connection under a policy: its own phase, and the exchanges on it. */
export class PolicyConnection {
  readonly engine: PolicyEngine
  readonly trace: PolicyTraceRecorder | undefined
  readonly ips: IpCache
  /** What the connection's event tells. */
  readonly events: PolicyEvents = createPolicyEvents()
  #facts: ConnectionFacts
  #variables: PhaseVariables | undefined
  readonly #results: ActionResults
  /** What recorded the connection's own phase, where that was another one than {@link trace}. */
  #recorded: PolicyTraceRecorder | undefined

  constructor(
    engine: PolicyEngine,
    facts: ConnectionFacts,
    trace: PolicyTraceRecorder | undefined,
    results = new ActionResults(),
  ) {
    this.engine = engine
    this.trace = trace
    this.#facts = facts
    this.#results = results
    this.ips = new IpCache(engine.runtime.variablePorts)
  }

  /** The same connection, of which `trace` records one exchange: after what was recorded of the connection itself. */
  traced(trace: PolicyTraceRecorder): PolicyConnection {
    if (this.#recorded) trace.prepend(this.#recorded.trace)
    return new PolicyConnection(this.engine, this.#facts, trace, this.#results)
  }

  get facts(): ConnectionFacts {
    return this.#facts
  }

  /** A request's results begin with those of its connection, and stay its own. */
  results(): ActionResults {
    return this.#results.copy()
  }

  /** Runs `on_tcp_connect`: once, when the connection is accepted. `recorder`: of this phase alone. */
  onTcpConnect(recorder?: PolicyTraceRecorder): TcpOutcome | Promise<TcpOutcome> {
    const rules = this.engine.rules('on_tcp_connect')
    if (rules.length === 0) return CONTINUE
    this.#recorded = recorder
    return whenSettled(runPhase(rules, this.#phaseRun()), (end) => this.#outcomeOf(end))
  }

  exchange(request: RequestFacts): PolicyExchange {
    return new PolicyExchange(this, request)
  }

  #phaseRun(): PhaseRun {
    const { runtime, endpoint } = this.engine
    const state = { connection: this.#facts, endpoint, request: undefined, response: undefined, results: this.#results }
    const variables = new PhaseVariables(state, runtime.variablePorts, this.ips)
    this.#variables = variables
    return {
      phase: 'on_tcp_connect',
      scope: createScope(variables),
      runtime,
      endpointId: endpoint.id,
      events: this.events,
      exchange: undefined,
      trace: (this.#recorded ?? this.trace)?.begin('on_tcp_connect'),
    }
  }

  #outcomeOf({ step, resume }: PhaseEnd): TcpOutcome {
    const goOn = () => whenSettled(resume(), (end) => this.#outcomeOf(end))
    switch (step?.kind) {
      case undefined:
        return CONTINUE
      case 'close':
        return step
      case 'forward-internal':
        return {
          kind: 'forward-internal',
          url: step.url,
          request: undefined,
          resume: (error) => {
            this.#results.add('forward_internal', { error })
            return step.onError === 'continue' ? goOn() : closedBy(error)
          },
        }
      case 'terminate-tls':
        return {
          kind: 'terminate-tls',
          settings: step.settings,
          resume: (tls: TlsFacts) => {
            this.#facts = { ...this.#facts, tls }
            if (this.#variables) this.#variables.connection = this.#facts
            return goOn()
          },
        }
      case 'refuse':
        return closedBy(step)
      default:
        return { kind: 'close' }
    }
  }
}

const closedBy = ({ code, message }: PolicyError): TcpOutcome => ({ kind: 'close', error: { code, message } })

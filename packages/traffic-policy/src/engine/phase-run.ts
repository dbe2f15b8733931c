import { celLimits } from '../cel/limits.ts'
import type { Scope } from '../cel/scope.ts'
import type { Template } from '../cel/template.ts'
import type { PolicyPhase } from '../document/phases.ts'
import type { CompiledAction } from '../document/policy.ts'
import type { ExchangeState } from './exchange-state.ts'
import type { PolicyEvents } from './policy-events.ts'
import type { PolicyRuntime } from './runtime.ts'
import type { StepOrPromise } from './step.ts'
import type { PhaseTrace } from './trace.ts'

/** One execution of a phase, as its actions see it. */
export interface PhaseRun {
  readonly phase: PolicyPhase
  readonly scope: Scope
  readonly runtime: PolicyRuntime
  /** Distinguishes counters of one document on several endpoints. */
  readonly endpointId: string
  readonly events: PolicyEvents
  /** `undefined` in the phase of connections. */
  readonly exchange: ExchangeState | undefined
  readonly trace: PhaseTrace | undefined
}

/** An action with everything prepared that does not depend on the request. */
export type Executor = (run: PhaseRun) => StepOrPromise

/** Makes executors of one type of action. */
export type Prepare<Type extends CompiledAction['type']> = (
  config: Extract<CompiledAction, { type: Type }>['config'],
  action: CompiledAction,
) => Executor

/** A field's text for this request; each field has a budget of its own. */
export function render({ scope }: PhaseRun, template: Template): string {
  if (template.constant !== undefined) return template.constant
  scope.steps = celLimits.maxSteps
  return template.render(scope)
}

/** Leaves what an action did where later expressions and the trace find it. */
export function setResults(run: PhaseRun, name: string, results: object): void {
  run.scope.variables.results.set(name, results)
  run.trace?.results(results)
}

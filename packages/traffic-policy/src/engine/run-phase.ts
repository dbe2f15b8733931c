import { CelError } from '../cel/cel-error.ts'
import { celLimits } from '../cel/limits.ts'
import type { CompiledAction, CompiledRule } from '../document/policy.ts'
import type { Executor, PhaseRun } from './phase-run.ts'
import { refusal, type Step, type StepOrPromise } from './step.ts'

export interface RunnableAction {
  readonly action: CompiledAction
  readonly execute: Executor
}

export interface RunnableRule {
  readonly rule: CompiledRule
  readonly actions: readonly RunnableAction[]
}

/** How a phase ended: with a step, or by running through. */
export interface PhaseEnd {
  /** `undefined`: every rule has run. */
  readonly step: Step | undefined
  /** Goes on after the action that the step is of. */
  resume(): PhaseEnd | Promise<PhaseEnd>
}

const ranThrough: PhaseEnd = { step: undefined, resume: () => ranThrough }

/**
 * Runs rules in their order until one ends the phase. It waits only where an action does: without such an action there is no promise.
 *
 * @see Reference §1.4
 */
export function runPhase(rules: readonly RunnableRule[], run: PhaseRun): PhaseEnd | Promise<PhaseEnd> {
  return advance(rules, run, 0, 0)
}

function advance(
  rules: readonly RunnableRule[],
  run: PhaseRun,
  fromRule: number,
  fromAction: number,
): PhaseEnd | Promise<PhaseEnd> {
  let actionAt = fromAction
  for (let ruleAt = fromRule; ruleAt < rules.length; ruleAt++) {
    const { rule, actions } = rules[ruleAt]!
    if (actionAt === 0) {
      const matched = matches(rule, ruleAt, run)
      if (typeof matched === 'object') return endedBy(matched, rules, run, ruleAt, actions.length)
      if (!matched) continue
    }
    for (; actionAt < actions.length; actionAt++) {
      const step = execute(actions[actionAt]!, run)
      // No function is made here: each turn of the loop would pay for what one could see.
      if (step instanceof Promise) return goOnAfter(step, rules, run, ruleAt, actionAt + 1)
      if (step !== undefined) return endedBy(step, rules, run, ruleAt, actionAt + 1)
    }
    actionAt = 0
  }
  return ranThrough
}

async function goOnAfter(
  step: Promise<Step | undefined>,
  rules: readonly RunnableRule[],
  run: PhaseRun,
  ruleAt: number,
  actionAt: number,
): Promise<PhaseEnd> {
  const settled = await step
  return settled === undefined ? advance(rules, run, ruleAt, actionAt) : endedBy(settled, rules, run, ruleAt, actionAt)
}

function endedBy(
  step: Step,
  rules: readonly RunnableRule[],
  run: PhaseRun,
  ruleAt: number,
  actionAt: number,
): PhaseEnd {
  // An action index of 0 would evaluate the rule's expressions again.
  const isLast = actionAt >= rules[ruleAt]!.actions.length
  return { step, resume: () => (isLast ? advance(rules, run, ruleAt + 1, 0) : advance(rules, run, ruleAt, actionAt)) }
}

/** Whether all expressions of a rule are true, or what the request is refused with. */
function matches(rule: CompiledRule, index: number, run: PhaseRun): boolean | Step {
  const { scope, trace } = run
  for (const expression of rule.expressions) {
    scope.steps = celLimits.maxSteps
    try {
      const value = expression.run(scope)
      trace?.expression(expression, value)
      if (value === true) continue
      if (value !== false) throw new CelError('expression of a rule did not give a bool')
      trace?.rule(index, rule, false)
      return false
    } catch (error) {
      const step = refusal(error, 'ERR_TUNNEL_2254')
      trace?.failed(expression, step.message)
      trace?.rule(index, rule, false)
      return step
    }
  }
  trace?.rule(index, rule, true)
  return true
}

function execute({ action, execute: executor }: RunnableAction, run: PhaseRun): StepOrPromise {
  let step: StepOrPromise
  try {
    step = executor(run)
  } catch (error) {
    step = failed(error, run)
  }
  if (!(step instanceof Promise)) {
    run.trace?.action(action, step)
    return step
  }
  return step
    .catch((error: unknown) => failed(error, run))
    .then((settled) => {
      run.trace?.action(action, settled)
      return settled
    })
}

function failed(error: unknown, { runtime }: PhaseRun): Step {
  const step = refusal(error, 'ERR_TUNNEL_2253')
  if (step.code === 'ERR_TUNNEL_2300') runtime.ports.reportError?.(error)
  return step
}

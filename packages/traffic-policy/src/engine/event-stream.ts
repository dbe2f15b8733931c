import type { SseReplacement } from '../actions/sse-find-replace.ts'
import { CelError } from '../cel/cel-error.ts'
import { celLimits } from '../cel/limits.ts'
import { sseReplacements } from './actions/sse-find-replace.ts'
import type { PhaseRun } from './phase-run.ts'
import type { RunnableRule } from './run-phase.ts'

/**
 * What the next message of a stream is changed by.
 *
 * @throws CelError or ActionError
 */
export function eventStreamReplacements(rules: readonly RunnableRule[], run: PhaseRun): SseReplacement[] {
  const replacements: SseReplacement[] = []
  for (const [index, { rule, actions }] of rules.entries()) {
    const matched = rule.expressions.every((expression) => {
      run.scope.steps = celLimits.maxSteps
      const value = expression.run(run.scope)
      run.trace?.expression(expression, value)
      if (typeof value !== 'boolean') throw new CelError('expression of a rule did not give a bool')
      return value
    })
    run.trace?.rule(index, rule, matched)
    if (!matched) continue
    for (const { action } of actions) {
      if (action.type === 'sse-find-replace') replacements.push(...sseReplacements(run, action.config))
      run.trace?.action(action, undefined)
    }
  }
  return replacements
}

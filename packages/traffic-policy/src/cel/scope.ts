import type { PhaseVariables } from '../variables/phase-variables.ts'
import { CelError } from './cel-error.ts'
import { celLimits } from './limits.ts'

/** What one evaluation reads and uses up. One serves all expressions of a phase, one after the other. */
export interface Scope {
  readonly variables: PhaseVariables
  /** Iteration variables of macros, at the index that the compiler gave them. */
  readonly locals: unknown[]
  /** Steps left of the budget. */
  steps: number
}

/** One for all: an evaluation does not wait, and none begins within another. */
const locals: unknown[] = []

export const createScope = (variables: PhaseVariables): Scope => ({ variables, locals, steps: celLimits.maxSteps })

export function spend(scope: Scope, steps: number): void {
  scope.steps -= steps
  if (scope.steps < 0) throw new CelError(`evaluation exceeds the limit of ${celLimits.maxSteps} steps`, 'budget')
}

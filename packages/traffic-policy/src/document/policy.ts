import type { CompiledExpression } from '../cel/compile-expression.ts'
import type { PolicyFault } from '../errors.ts'
import type { AnyActionConfig } from './action-configs/all-configs.ts'
import type { PolicyPhase } from './phases.ts'
import type { Path } from './source-position.ts'

/** An action, its configuration compiled. */
export type CompiledAction = AnyActionConfig & {
  /**
   * The same for the same action at the same place with the same configuration: counters survive a policy that is replaced by one
   * in which it has not changed. Reference §1.4
   */
  readonly identity: string
  readonly path: Path
  /** The path as a JSON pointer. */
  readonly pointer: string
}

export interface CompiledRule {
  readonly name: string | undefined
  /** All must be true. */
  readonly expressions: readonly CompiledExpression[]
  readonly actions: readonly CompiledAction[]
}

/** A document, checked and compiled once; it holds no state of any request. */
export interface Policy {
  readonly phases: Readonly<Record<PolicyPhase, readonly CompiledRule[]>>
  /** What is allowed and hardly meant, such as rules after one that always ends the phase. */
  readonly warnings: readonly PolicyFault[]
}

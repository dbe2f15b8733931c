import type { PolicyPhase } from '../document/phases.ts'
import { variableTree } from '../variables/variable-tree.ts'
import type { CelEnvironment, VariableNode } from './compiled.ts'
import { functions } from './functions/all-functions.ts'

export interface EnvironmentOptions {
  /** @default false */
  strictMaps?: boolean
  /** Variables that one field has besides the phase's, as `last_attempt` of `http-request`. */
  extra?: Readonly<Record<string, VariableNode>>
}

/** What expressions of a phase can name. */
export const celEnvironment = (
  phase: PolicyPhase,
  { strictMaps = false, extra }: EnvironmentOptions = {},
): CelEnvironment => ({
  phase,
  variables: extra ? { ...variableTree, ...extra } : variableTree,
  functions,
  strictMaps,
})

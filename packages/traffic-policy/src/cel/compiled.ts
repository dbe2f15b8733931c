import type { PolicyPhase } from '../document/phases.ts'
import type { PhaseVariables } from '../variables/phase-variables.ts'
import type { Scope } from './scope.ts'
import type { Ast } from './syntax.ts'
import type { CelType } from './types.ts'

export type Run = (scope: Scope) => unknown

/** A part of an expression, ready to run. */
export interface Compiled {
  readonly type: CelType
  readonly run: Run
  /** Its value, if that is known without a request. */
  readonly constant?: { readonly value: unknown }
}

export interface Local {
  readonly slot: number
  readonly type: CelType
}

/**
 * A variable, or a group of them. One with both `read` and `members` is a string that also has fields (`req.url`, `req.url.path`).
 * Reference §2.2
 */
export interface VariableNode {
  readonly type?: CelType
  /** `undefined` where there is no data: the value is then the type's zero, and `has()` false. */
  readonly read?: (variables: PhaseVariables) => unknown
  /** Of a group: whether `has()` of it is true. True unless given. */
  readonly isPresent?: (variables: PhaseVariables) => boolean
  readonly members?: Readonly<Record<string, VariableNode>>
  /** Where it can be read; as its group unless given. */
  readonly phases?: readonly PolicyPhase[]
  /** Its value must not appear in a trace. */
  readonly isSecret?: boolean
  /** Of a map: its keys (in lower case) whose values must not appear in a trace. */
  readonly secretKeys?: ReadonlySet<string>
}

export interface Overload {
  readonly signature: string
  readonly name: string
  readonly receiver?: CelType
  readonly params: readonly CelType[]
  readonly returns: CelType
  readonly phases?: readonly PolicyPhase[]
  /** The same arguments give the same result, so constants are computed once. */
  readonly isPure: boolean
  readonly call: (scope: Scope, args: readonly unknown[]) => unknown
  /** Whether its result must not appear in a trace. */
  readonly isSecret?: (constants: readonly (Compiled['constant'] | undefined)[]) => boolean
  /** Which secret a call with these arguments reads, if they tell. */
  readonly secretOf?: (constants: readonly (Compiled['constant'] | undefined)[]) => SecretName | undefined
  /** Prepares work on constant arguments; `undefined` where there is nothing to prepare. Its errors are the document's. */
  readonly prepare?: (constants: readonly (Compiled['constant'] | undefined)[]) => Overload['call'] | undefined
}

/** What expressions of a phase can name. */
export interface CelEnvironment {
  readonly phase: PolicyPhase
  readonly variables: Readonly<Record<string, VariableNode>>
  readonly functions: ReadonlyMap<string, readonly Overload[]>
  /** Keys that are not there are errors also in maps of headers, cookies and query parameters. Reference §2.6 */
  readonly strictMaps: boolean
}

/** The state of compiling one expression. */
export interface Compiler {
  readonly environment: CelEnvironment
  readonly locals: ReadonlyMap<string, Local>
  compile(node: Ast): Compiled
  /** The compiler for a macro's body, which sees these names too. */
  within(names: readonly string[], type: CelType, node: Ast): { readonly compiler: Compiler; readonly slots: number[] }
  /** What the expression reads that must not be shown, and those secrets among it whose names are known. */
  readonly notes: { readsSecret: boolean; secrets: readonly SecretName[] }
}

/** A secret of a vault. */
export interface SecretName {
  readonly vault: string
  readonly name: string
}

export const noSecrets: readonly SecretName[] = []

export const constant = (value: unknown, type: CelType): Compiled => ({ type, run: () => value, constant: { value } })

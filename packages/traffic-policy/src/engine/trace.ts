import type { CompiledExpression } from '../cel/compile-expression.ts'
import type { PolicyPhase } from '../document/phases.ts'
import type { CompiledAction, CompiledRule } from '../document/policy.ts'
import { redacted } from './redact.ts'
import type { Step } from './step.ts'

/** Everything that a policy did with one connection or request, in order. Recorded only when asked for. */
export interface PolicyTrace {
  readonly phases: readonly TracedPhase[]
}

export interface TracedPhase {
  readonly phase: PolicyPhase
  readonly rules: readonly TracedRule[]
}

export interface TracedRule {
  readonly index: number
  readonly name?: string
  readonly expressions: readonly TracedExpression[]
  /** Whether all expressions were true. */
  readonly matched: boolean
  readonly actions: readonly TracedAction[]
}

/** An expression that was reached: rules stop at the first that is not true. */
export interface TracedExpression {
  /** Texts in it are left out if it reads a credential: they are what that is compared with. */
  readonly source: string
  readonly value?: unknown
  readonly error?: string
}

export interface TracedAction {
  readonly type: string
  /** JSON pointer into the document. */
  readonly pointer: string
  readonly outcome: 'continue' | Step['kind']
  readonly status?: number
  readonly code?: string
  readonly message?: string
  /** Result variables, without secrets. */
  readonly results?: unknown
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/** Gathers a trace while phases run. */
export class PolicyTraceRecorder {
  readonly #phases: TracedPhase[] = []

  get trace(): PolicyTrace {
    return { phases: this.#phases }
  }

  /** What was recorded before comes first. */
  prepend({ phases }: PolicyTrace): void {
    this.#phases.unshift(...phases)
  }

  begin(phase: PolicyPhase): PhaseTrace {
    const rules: TracedRule[] = []
    this.#phases.push({ phase, rules })
    return new PhaseTrace(rules)
  }
}

export class PhaseTrace {
  readonly #rules: TracedRule[]
  #expressions: TracedExpression[] = []
  #actions: TracedAction[] = []
  #results: unknown

  constructor(rules: TracedRule[]) {
    this.#rules = rules
  }

  rule(index: number, { name }: CompiledRule, matched: boolean): void {
    this.#actions = []
    const named = name === undefined ? {} : { name }
    this.#rules.push({ index, ...named, expressions: this.#expressions, matched, actions: this.#actions })
    this.#expressions = []
  }

  expression(expression: CompiledExpression, value: unknown): void {
    this.#expressions.push({ source: shownSource(expression), value })
  }

  failed(expression: CompiledExpression, error: string): void {
    this.#expressions.push({ source: shownSource(expression), error })
  }

  results(results: object): void {
    this.#results = redacted(results)
  }

  action({ type, pointer }: CompiledAction, step: Step | undefined): void {
    const action: Writable<TracedAction> = { type, pointer, outcome: step?.kind ?? 'continue' }
    if (step?.kind === 'respond' || step?.kind === 'refuse') action.status = step.status
    if (step?.kind === 'refuse') {
      action.code = step.code
      action.message = step.message
    }
    if (this.#results !== undefined) action.results = this.#results
    this.#results = undefined
    this.#actions.push(action)
  }
}

const QUOTED = /'''[\s\S]*?'''|"""[\s\S]*?"""|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g

const shownSource = ({ source, readsSecret }: CompiledExpression): string =>
  readsSecret ? source.replace(QUOTED, "'…'") : source

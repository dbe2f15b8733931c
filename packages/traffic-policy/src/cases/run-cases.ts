import type { Policy } from '../document/policy.ts'
import { PolicyEngine } from '../engine/policy-engine.ts'
import { createPolicyRuntime } from '../engine/runtime.ts'
import { type PolicyTrace, PolicyTraceRecorder } from '../engine/trace.ts'
import type { EndpointFacts } from '../variables/facts.ts'
import { connectionOf, requestOf } from './case-facts.ts'
import { casePorts } from './case-ports.ts'
import type { PolicyCase, PolicyCases } from './case-schema.ts'
import { type CaseMismatch, compareOutcome } from './compare-outcome.ts'
import { type CaseOutcome, runCase } from './run-case.ts'

export interface CaseResult {
  readonly name: string
  readonly passed: boolean
  readonly mismatches: readonly CaseMismatch[]
  readonly outcome: CaseOutcome
  /** Of the request that was looked at. */
  readonly trace: PolicyTrace
}

/**
 * Runs every case against a policy, in the order of the file. Each begins anew: no counter, breaker or key set is left of the one before.
 * Time stands still at the file's `now`, and chance gives its `random`.
 */
export async function runPolicyCases(
  policy: Policy,
  cases: PolicyCases,
  endpoint: EndpointFacts,
): Promise<CaseResult[]> {
  const now = Date.parse(cases.now)
  const results: CaseResult[] = []
  for (const one of cases.cases) {
    const engine = new PolicyEngine(policy, createPolicyRuntime(casePorts(cases, now)), endpoint)
    results.push(await resultOf(one, engine, now))
  }
  return results
}

async function resultOf(given: PolicyCase, engine: PolicyEngine, now: number): Promise<CaseResult> {
  const { endpoint } = engine
  const facts = requestOf(given, endpoint, now)
  const connect = (trace?: PolicyTraceRecorder) => engine.connection(connectionOf(given, endpoint, now), trace)
  for (let times = 1; times < given.repeat; times++) await runCase(connect(), facts, given, endpoint)
  const recorder = new PolicyTraceRecorder()
  const outcome = await runCase(connect(recorder), facts, given, endpoint)
  const mismatches = compareOutcome(given.expect, outcome, recorder.trace)
  return { name: given.name, passed: mismatches.length === 0, mismatches, outcome, trace: recorder.trace }
}

import type { HeaderList, ResponseHead } from '@tunnel/http'
import {
  type ConnectionFacts,
  compilePolicy,
  createPolicyRuntime,
  type PolicyConnection,
  PolicyEngine,
  type PolicyExchange,
  type PolicyPorts,
  PolicyTraceRecorder,
  type RequestFacts,
  type RequestOutcome,
  type ResponseFacts,
} from '../src/index.ts'
import { connection, endpoint, request, responseHead } from './evaluation.ts'

export interface Enforced {
  readonly engine: PolicyEngine
  readonly trace: PolicyTraceRecorder
  connection(facts?: Partial<ConnectionFacts>): PolicyConnection
  exchange(facts?: RequestFacts): PolicyExchange
}

/** A policy document at an endpoint. */
export function enforce(text: string, ports: PolicyPorts = {}): Enforced {
  const compiled = compilePolicy(text)
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.faults))
  const engine = new PolicyEngine(compiled.policy, createPolicyRuntime(ports), endpoint)
  const trace = new PolicyTraceRecorder()
  const begin = (facts: Partial<ConnectionFacts> = {}) => engine.connection({ ...connection, ...facts }, trace)
  return { engine, trace, connection: begin, exchange: (facts = request()) => begin().exchange(facts) }
}

export const rule = (phase: string, ...actions: string[]): string =>
  `${phase}:\n  - actions:\n${actions.map((action) => `      - ${action}`).join('\n')}\n`

/** What the outcome does to the request, for `toEqual`. */
export async function outcomeOf(policy: string, facts?: RequestFacts, ports?: PolicyPorts): Promise<RequestOutcome> {
  return await enforce(policy, ports).exchange(facts).onRequest()
}

export const fieldsOf = (headers: HeaderList): [string, string][] =>
  headers.flatMap((name, at): [string, string][] => (at % 2 === 0 ? [[name, headers[at + 1]!]] : []))

export const response = (head: Partial<ResponseHead> = {}, facts: Partial<ResponseFacts> = {}): ResponseFacts => ({
  head: responseHead(head),
  ...facts,
})

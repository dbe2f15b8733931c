/**
 * Compiles a traffic policy and decides what happens to a connection, request or response. Opens no socket: what an action needs from
 * outside comes through ports.
 *
 * @example
 * const compiled = compilePolicy(text, { protocol: 'https' })
 * if (!compiled.ok) throw new Error(compiled.faults.map((fault) => `${fault.line}:${fault.column} ${fault.message}`).join('\n'))
 * const engine = new PolicyEngine(compiled.policy, createPolicyRuntime(), endpoint)
 * const exchange = engine.connection(connectionFacts).exchange(requestFacts)
 * const outcome = await exchange.onRequest()
 *
 * @packageDocumentation
 */

export { ActionError } from './actions/action-error.ts'
export type { CircuitBreakers } from './actions/circuit-breakers.ts'
export type { Compressor } from './actions/compressor.ts'
export {
  type PolicyClock,
  type PolicyFetch,
  type PolicyFetchLimits,
  PolicyFetchTooLarge,
  type PolicyRequest,
  type PolicyResponse,
} from './actions/policy-fetch.ts'
export type { RateCounters, RateDecision, RateLimitConfig } from './actions/rate-limit.ts'
export type { IpPolicyRule } from './actions/restrict-ips.ts'
export type { SseFindReplace } from './actions/sse-find-replace.ts'
export type { TlsSettings } from './actions/terminate-tls.ts'
export {
  type ConverterPorts,
  createWebSocketTcpConverter,
  type WebSocketTcpConverter,
} from './actions/websocket-tcp/converter.ts'
export { acceptWebSocket, type WebSocketUpgrade } from './actions/websocket-tcp/handshake.ts'
export { endpointOf as endpointOfCases } from './cases/case-facts.ts'
export {
  type ExpectedOutcome,
  MAX_CASES,
  MAX_REPEATS,
  type PolicyCase,
  type PolicyCases,
  policyCasesJsonSchema,
} from './cases/case-schema.ts'
export { type CaseMismatch, matchedRules } from './cases/compare-outcome.ts'
export { MAX_CASES_BYTES, type ParsedCases, parsePolicyCases } from './cases/parse-cases.ts'
export { plainOutcome } from './cases/plain-outcome.ts'
export type { CaseOutcome, SentRequest } from './cases/run-case.ts'
export { type CaseResult, runPolicyCases } from './cases/run-cases.ts'
export type { InternalUrl } from './document/action-configs/forward-internal.ts'
export { type CompilePolicyOptions, type CompilePolicyResult, compilePolicy } from './document/compile-policy.ts'
export { policyJsonSchema } from './document/json-schema.ts'
export { defaultPolicyLimits, type PolicyLimits } from './document/limits.ts'
export type { PolicyPhase, PolicyProtocol } from './document/phases.ts'
export type { CompiledAction, CompiledRule, Policy } from './document/policy.ts'
export { type FormatTraceOptions, formatTrace } from './engine/format-trace.ts'
export type {
  CloseOutcome,
  FinalResponse,
  ForwardedRequest,
  ForwardInternalOutcome,
  PolicyError,
  RefuseOutcome,
  RequestOutcome,
  RespondOutcome,
  ResponseOutcome,
  TcpOutcome,
  TerminateTlsOutcome,
} from './engine/outcome.ts'
export type { PolicyConnection } from './engine/policy-connection.ts'
export { PolicyEngine } from './engine/policy-engine.ts'
export type { PolicyEvents } from './engine/policy-events.ts'
export type { PolicyExchange } from './engine/policy-exchange.ts'
export { createPolicyRuntime, type PolicyPorts, type PolicyRuntime } from './engine/runtime.ts'
export {
  type PolicyTrace,
  PolicyTraceRecorder,
  type TracedAction,
  type TracedExpression,
  type TracedPhase,
  type TracedRule,
} from './engine/trace.ts'
export { whenSettled } from './engine/when-settled.ts'
export { type PolicyFault, type PolicyFaultCode, policyFaultCodes } from './errors.ts'
export type { EndpointModules, LoginModule, ModuleName, ModuleTarget } from './modules/endpoint-modules.ts'
export { type ModuleFault, type ModuleFaultCode, moduleFaultCodes } from './modules/module-fault.ts'
export {
  type PolicyFromModules,
  type PolicyFromModulesOptions,
  policyFromModules,
} from './modules/policy-from-modules.ts'
export type {
  CertificateFacts,
  ConnectionFacts,
  DistinguishedName,
  EndpointFacts,
  PodFacts,
  RequestFacts,
  ResponseFacts,
  TlsFacts,
} from './variables/facts.ts'
export type { IpFacts, LocationFacts, UserAgentFacts } from './variables/ports.ts'

import type { PolicyFault } from '../errors.ts'
import { didYouMean } from '../nearest.ts'
import { checkSecrets } from './check-secrets.ts'
import { compileRule, isMap, type RuleContext } from './compile-rule.ts'
import { kindOf } from './describe-issue.ts'
import { FaultList } from './fault-list.ts'
import { defaultPolicyLimits, type PolicyLimits } from './limits.ts'
import { parseDocument } from './parse-document.ts'
import { type PolicyPhase, type PolicyProtocol, policyPhases, policyProtocols } from './phases.ts'
import type { CompiledAction, CompiledRule, Policy } from './policy.ts'
import { checkSingleActions } from './single-actions.ts'
import type { Path } from './source-position.ts'
import { checkReachability, handlesAll } from './static-checks.ts'

export interface CompilePolicyOptions {
  /**
   * What the endpoint speaks: it decides which phases there are and what `inbound` means.
   *
   * @default any; `inbound` is then that of http
   */
  readonly protocol?: PolicyProtocol
  /** @default 'public' */
  readonly binding?: 'public' | 'internal' | 'kubernetes'
  /**
   * A cloud endpoint has no upstream: its policy must surely handle all traffic.
   *
   * @default 'agent'
   */
  readonly endpoint?: 'agent' | 'cloud'
  /**
   * Whether a header, cookie or query parameter that is not there is an error, rather than empty. Reference §2.6
   *
   * @default false
   */
  readonly strictMaps?: boolean
  /**
   * Whether there is an IP policy, for `restrict-ips`.
   *
   * @default taken for granted; one that is not there refuses every request
   */
  readonly isIpPolicyKnown?: (id: string) => boolean
  /**
   * Whether there is a certificate authority with this `ca_…` id, for `terminate-tls`.
   *
   * @default taken for granted; one that is not there is left out, with a warning in the result of the action
   */
  readonly isCertificateAuthorityKnown?: (id: string) => boolean
  /**
   * Whether there is a secret, for expressions that name it outright.
   *
   * @default taken for granted; one that is not there fails every request that asks for it
   */
  readonly isSecretKnown?: (vault: string, name: string) => boolean
  readonly limits?: Partial<PolicyLimits>
}

export type CompilePolicyResult =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly faults: readonly PolicyFault[] }

/**
 * Checks and compiles a policy document, YAML or JSON. All that is wrong with it is reported at once.
 *
 * @see Reference §1
 */
export function compilePolicy(text: string, options: CompilePolicyOptions = {}): CompilePolicyResult {
  const limits = { ...defaultPolicyLimits, ...options.limits }
  const document = parseDocument(text, limits)
  if (!document.ok) return document
  const faults = new FaultList(document.positions, limits.maxFaults)
  if (document.root !== null && document.root !== undefined && !isMap(document.root)) {
    faults.add('ERR_TUNNEL_2236', [], `expected a map of phases, got ${kindOf(document.root)}`)
    return { ok: false, faults: faults.faults }
  }
  const phases = compilePhases(document.root ?? {}, options, limits, faults)
  if (faults.faults.length > 0) return { ok: false, faults: inOrder(faults.faults) }
  return { ok: true, policy: { phases, warnings: inOrder(faults.warnings) } }
}

const inOrder = (faults: readonly PolicyFault[]): PolicyFault[] =>
  faults.toSorted((one, other) => one.line - other.line || one.column - other.column)

type Phases = Record<PolicyPhase, readonly CompiledRule[]>

const LEGACY: readonly string[] = ['inbound', 'outbound']

function compilePhases(
  root: Record<string, unknown>,
  options: CompilePolicyOptions,
  limits: PolicyLimits,
  faults: FaultList,
): Phases {
  const phases: Phases = { on_tcp_connect: [], on_http_request: [], on_http_response: [], on_event_stream_message: [] }
  if (options.protocol !== undefined && !policyProtocols.includes(options.protocol))
    faults.add('ERR_TUNNEL_2229', [], `unknown protocol ${String(options.protocol).slice(0, 16)}`)
  if (root.enabled === false) return phases
  const seen = new Map<PolicyPhase, string>()
  let rules = 0
  for (const [key, given] of Object.entries(root)) {
    if (key === 'enabled') continue
    const phase = phaseOf(key, options, faults)
    if (phase === undefined) continue
    const before = seen.get(phase)
    seen.set(phase, key)
    if (before !== undefined) {
      faults.add('ERR_TUNNEL_2236', [], `\`${key}\` is the same phase as \`${before}\`, which is there too`, { key })
      continue
    }
    if (given === null || given === undefined) continue
    if (!Array.isArray(given)) {
      faults.add('ERR_TUNNEL_2236', [key], `expected a list of rules, got ${kindOf(given)}`)
      continue
    }
    rules += given.length
    if (rules > limits.maxRules) {
      faults.add('ERR_TUNNEL_2264', [key], `${rules} rules exceed the limit ${limits.maxRules}`)
      continue
    }
    phases[phase] = compileRules(given, key, {
      phase,
      protocol: options.protocol,
      strictMaps: options.strictMaps ?? false,
      limits,
      faults,
    })
  }
  checkSingleActions(root, faults)
  checkPolicy(phases, options, faults)
  return phases
}

function compileRules(given: readonly unknown[], key: string, context: RuleContext): CompiledRule[] {
  const compiled = given.map((rule, at) => compileRule(rule, [key, at], context))
  const rules = compiled.filter((rule) => rule !== undefined)
  // With a rule or an action left out, places would be counted wrong.
  const isWhole = rules.length === given.length && context.faults.faults.length === 0
  if (isWhole) checkReachability(rules, [key], context.faults)
  return rules
}

/** The phase that a key of the document means. */
function phaseOf(
  key: string,
  { protocol = 'http', ...options }: CompilePolicyOptions,
  faults: FaultList,
): PolicyPhase | undefined {
  const isHttp = protocol === 'http' || protocol === 'https'
  const phase = legacyPhase(key, isHttp) ?? policyPhases.find((name) => name === key)
  if (phase === undefined) {
    const hint = didYouMean(key, policyPhases)
    faults.add('ERR_TUNNEL_2236', [], `unknown phase \`${key.slice(0, 64)}\`${hint}`, { key })
  } else if (!isHttp && phase !== 'on_tcp_connect') {
    faults.add('ERR_TUNNEL_2230', [], `\`${key}\` does not exist on ${protocol} endpoints`, { key })
    return undefined
  } else if (isHttp && phase === 'on_tcp_connect' && options.binding === 'internal') {
    faults.add('ERR_TUNNEL_2262', [], `\`${key}\` does not exist on internal ${protocol} endpoints`, { key })
    return undefined
  }
  return phase
}

function legacyPhase(key: string, isHttp: boolean): PolicyPhase | undefined {
  if (!LEGACY.includes(key)) return undefined
  if (key === 'outbound') return 'on_http_response'
  return isHttp ? 'on_http_request' : 'on_tcp_connect'
}

function checkPolicy(phases: Phases, options: CompilePolicyOptions, faults: FaultList): void {
  if (faults.faults.length > 0) return
  const { protocol, endpoint, isIpPolicyKnown = () => true, isSecretKnown } = options
  if (isSecretKnown) for (const phase of policyPhases) checkSecrets(phases[phase], isSecretKnown, faults)
  for (const { type, config, path } of policyPhases.flatMap((phase) =>
    phases[phase].flatMap(({ actions }) => actions),
  )) {
    if (type === 'terminate-tls') checkAuthorities(config, path, options, faults)
    const unknown = type === 'restrict-ips' ? config.ip_policies.findIndex((id) => !isIpPolicyKnown(id)) : -1
    if (unknown >= 0)
      faults.add('ERR_TUNNEL_2216', [...path, 'config', 'ip_policies', unknown], 'there is no such IP policy')
  }
  const isEmpty = policyPhases.every((phase) => phases[phase].length === 0)
  if (isEmpty) faults.add('ERR_TUNNEL_2206', [], 'policy has no action')
  else if (endpoint === 'cloud' && !handlesAll(phases, protocol !== 'tcp' && protocol !== 'tls'))
    faults.add(
      'ERR_TUNNEL_2235',
      [],
      'policy of a cloud endpoint has no rule without expressions that ends every request',
    )
}

function checkAuthorities(
  { mutual_tls_certificate_authorities: authorities }: Extract<CompiledAction, { type: 'terminate-tls' }>['config'],
  path: Path,
  { isCertificateAuthorityKnown: isKnown = () => true }: CompilePolicyOptions,
  faults: FaultList,
): void {
  for (const [at, { constant }] of authorities.entries()) {
    const id = constant?.trim()
    if (id?.startsWith('ca_') && !isKnown(id)) {
      const message = 'there is no such certificate authority'
      faults.add('ERR_TUNNEL_2232', [...path, 'config', 'mutual_tls_certificate_authorities', at], message)
    }
  }
}

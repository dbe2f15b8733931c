import { stringify } from 'yaml'
import { compilePolicy } from '../document/compile-policy.ts'
import { defaultPolicyLimits } from '../document/limits.ts'
import { parseDocument } from '../document/parse-document.ts'
import type { PolicyFault } from '../errors.ts'
import { basicAuth } from './basic-auth.ts'
import type { EndpointModules, ModuleName, ModuleTarget } from './endpoint-modules.ts'
import { requestHeaders, responseHeaders } from './header-edits.ts'
import { ipRestriction } from './ip-restriction.ts'
import { oauth, oidc } from './login.ts'
import type { ModuleFault, ReportFault } from './module-fault.ts'
import type { RuleDocument } from './policy-document.ts'
import { circuitBreaker, compression } from './upstream-care.ts'
import { userAgentFilter } from './user-agent-filter.ts'
import { webhookVerification } from './webhook-verification.ts'

export interface PolicyFromModulesOptions extends ModuleTarget {
  /** The endpoint's own policy, YAML or JSON, which compiles by itself; its rules take their place among those of the modules. */
  readonly policy?: string | undefined
}

export type PolicyFromModules =
  | {
      readonly ok: true
      /** YAML. `undefined`: nothing is asked for. */
      readonly text: string | undefined
    }
  | { readonly ok: false; readonly faults: readonly ModuleFault[] }

type Phase = 'on_tcp_connect' | 'on_http_request' | 'on_http_response'
type Module = readonly [ModuleName, (modules: EndpointModules, report: ReportFault) => RuleDocument[]]

const OWN = 'own rules'

/**
 * In the order in which modules ran: who may come in, the endpoint's own policy, then what looks after the upstream and, last, what it sees.
 * The own policy stands before the breaker, so that requests which it answers itself are no probes.
 *
 * @see Edge reference §7.3
 */
const requestOrder: readonly (Module | typeof OWN)[] = [
  ['ip-restriction', ipRestriction],
  ['user-agent-filter', userAgentFilter],
  ['webhook-verification', webhookVerification],
  ['basic-auth', basicAuth],
  ['oauth', oauth],
  ['oidc', oidc],
  OWN,
  ['circuit-breaker', circuitBreaker],
  ['request-headers', requestHeaders],
]
const responseOrder: readonly (Module | typeof OWN)[] = [
  OWN,
  ['compression', compression],
  ['response-headers', responseHeaders],
]
/** Without HTTP there are addresses alone. */
const connectionOrder: readonly (Module | typeof OWN)[] = [['ip-restriction', ipRestriction], OWN]

/**
 * Writes what older flags and keys ask for as a traffic policy. All that is wrong with them is reported at once.
 *
 * @see Reference §8
 */
export function policyFromModules(modules: EndpointModules, options: PolicyFromModulesOptions): PolicyFromModules {
  const { protocol, binding, policy } = options
  const isHttp = protocol === 'http' || protocol === 'https'
  const faults: ModuleFault[] = []
  const origins = new Map<RuleDocument, ModuleName>()
  const own = ownRules(policy, isHttp)
  const rulesOf = (phase: Phase, order: readonly (Module | typeof OWN)[]): RuleDocument[] =>
    order.flatMap((module) => {
      if (module === OWN) return own[phase] ?? []
      const [name, write] = module
      const rules = write(modules, (code, message) => faults.push({ module: name, code, message }))
      for (const rule of rules) origins.set(rule, name)
      return rules
    })
  const document: Record<string, RuleDocument[]> = {
    ...own,
    on_tcp_connect: isHttp ? (own.on_tcp_connect ?? []) : rulesOf('on_tcp_connect', connectionOrder),
    on_http_request: isHttp ? rulesOf('on_http_request', requestOrder) : [],
    on_http_response: isHttp ? rulesOf('on_http_response', responseOrder) : [],
  }
  if (!isHttp) faults.push(...httpOnly(modules, protocol))
  if (faults.length > 0) return { ok: false, faults }
  if (origins.size === 0) return { ok: true, text: policy }
  const text = yamlOf(document)
  const compiled = compilePolicy(text, { protocol, ...(binding && { binding }) })
  if (compiled.ok) return { ok: true, text }
  return { ok: false, faults: compiled.faults.map((fault) => faultOf(fault, document, origins)) }
}

/** Modules that have nothing to look at without HTTP: leaving one out would let more through than was asked for. */
function httpOnly(modules: EndpointModules, protocol: string): ModuleFault[] {
  const writers = [...requestOrder, ...responseOrder].filter(
    (module) => module !== OWN && module[0] !== 'ip-restriction',
  )
  return (writers as Module[]).flatMap(([module, write]): ModuleFault[] => {
    if (write(modules, () => {}).length === 0) return []
    return [{ module, code: 'ERR_TUNNEL_2205', message: `is not supported on ${protocol} endpoints` }]
  })
}

const phases = ['on_tcp_connect', 'on_http_request', 'on_http_response', 'on_event_stream_message'] as const

function yamlOf(document: Readonly<Record<string, readonly RuleDocument[]>>): string {
  const used = phases.filter((phase) => (document[phase]?.length ?? 0) > 0)
  const ordered = Object.fromEntries(used.map((phase) => [phase, document[phase]]))
  return stringify(ordered, { aliasDuplicateObjects: false, lineWidth: 0 })
}

/** The rules of a policy under the names of today, as the document has them. One that is switched off has none. */
function ownRules(policy: string | undefined, isHttp: boolean): Partial<Record<string, RuleDocument[]>> {
  if (policy === undefined) return {}
  const parsed = parseDocument(policy, defaultPolicyLimits)
  const root = (parsed.ok ? (parsed.root ?? {}) : {}) as Readonly<Record<string, unknown>>
  if (root.enabled === false) return {}
  const modern = { inbound: isHttp ? 'on_http_request' : 'on_tcp_connect', outbound: 'on_http_response' }
  const entries = Object.entries(root).filter((entry): entry is [string, RuleDocument[]] => Array.isArray(entry[1]))
  return Object.fromEntries(entries.map(([key, rules]) => [modern[key as keyof typeof modern] ?? key, rules]))
}

/** The endpoint's own policy compiles, so that a fault of the whole is one of the module whose rule it is in, or of their number. */
function faultOf(
  { code, message, pointer }: PolicyFault,
  document: Readonly<Record<string, readonly RuleDocument[]>>,
  origins: ReadonlyMap<RuleDocument, ModuleName>,
): ModuleFault {
  const [, phase = '', index = ''] = pointer.split('/')
  const rule = document[phase]?.[Number(index)]
  const first = origins.values().next().value!
  return { module: (rule && origins.get(rule)) ?? first, code, message }
}

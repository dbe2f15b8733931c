import { parseCidr } from '../actions/ip-address.ts'
import type { EndpointModules } from './endpoint-modules.ts'
import type { ReportFault } from './module-fault.ts'
import type { RuleDocument } from './policy-document.ts'

const EVERYONE = ['0.0.0.0/0', '::/0']

/** Deny alone lets everybody else pass, where the action alone would let nobody: agent reference §13, row 21. */
export function ipRestriction(
  { allowCidrs = [], denyCidrs = [] }: EndpointModules,
  report: ReportFault,
): RuleDocument[] {
  if (allowCidrs.length + denyCidrs.length === 0) return []
  for (const cidr of [...allowCidrs, ...denyCidrs])
    if (parseCidr(cidr) === undefined) report('ERR_TUNNEL_362', `${JSON.stringify(cidr.slice(0, 64))} is not a CIDR`)
  const allow = allowCidrs.length === 0 ? EVERYONE : allowCidrs
  const config = denyCidrs.length === 0 ? { allow } : { allow, deny: denyCidrs }
  return [{ name: 'ip restriction', actions: [{ type: 'restrict-ips', config }] }]
}

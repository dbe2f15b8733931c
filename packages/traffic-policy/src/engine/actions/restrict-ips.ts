import { ActionError } from '../../actions/action-error.ts'
import { compileIpRestriction, type IpPolicyRule, restrictIps } from '../../actions/restrict-ips.ts'
import { type PhaseRun, type Prepare, render, setResults } from '../phase-run.ts'
import type { StepOrPromise } from '../step.ts'

export const restrictIpsAction: Prepare<'restrict-ips'> = ({ enforce, allow, deny, ip_policies }) => {
  const isConstant = [...allow, ...deny].every(({ constant }) => constant !== undefined) && ip_policies.length === 0
  const textsOf = (run: PhaseRun | undefined) => ({
    allow: allow.map((template) => template.constant ?? render(run!, template)),
    deny: deny.map((template) => template.constant ?? render(run!, template)),
    enforce,
  })
  const constant = isConstant ? compileIpRestriction({ ...textsOf(undefined), policyRules: [] }) : undefined
  return (run): StepOrPromise => {
    const policyRules = constant ? [] : rulesOf(ip_policies, run)
    const restriction = constant ?? compileIpRestriction({ ...textsOf(run), policyRules })
    const { reject, code, results } = restrictIps(restriction, run.scope.variables.connection.clientIp)
    setResults(run, 'restrict_ips', results)
    run.events.ipPolicy = results.action === 'allow' ? 'allow' : 'block'
    if (!reject) return undefined
    const error = { code: code ?? 'ERR_TUNNEL_3205', message: 'address is not allowed' }
    if (run.phase === 'on_tcp_connect') return { kind: 'close', error }
    return { kind: 'refuse', status: 403, ...error, headers: [] }
  }
}

/** Fails closed: a policy that is gone allows no one. */
function rulesOf(ids: readonly string[], { runtime }: PhaseRun): IpPolicyRule[] {
  return ids.flatMap((id) => {
    const rules = runtime.ports.ipPolicy?.(id)
    if (rules === undefined) throw new ActionError('ERR_TUNNEL_2253', `there is no ip policy ${id.slice(0, 64)}`)
    return rules
  })
}

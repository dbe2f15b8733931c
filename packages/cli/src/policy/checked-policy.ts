import { TunnelError } from '@tunnel/protocol'
import { compilePolicy, type ModuleTarget, type PolicyFault, policyFromModules } from '@tunnel/traffic-policy'
import { compileOptions, sortedFaults } from './fault-lines.ts'
import type { PolicyRequest, PolicyTargets } from './policy-request.ts'
import { readPolicy } from './read-policy.ts'

/** The policy that a request comes to, compiled once for each of its endpoints. Throws 9026 with everything that is wrong. */
export async function checkedPolicy(
  { source, modules, nameOf, owner = '' }: PolicyRequest,
  targets: PolicyTargets,
): Promise<string | undefined> {
  const policy = source && (await readPolicy(source))
  const faults = new Set<string>()
  if (policy) for (const fault of faultsOf(policy.text, targets)) faults.add(policy.lineOf(fault))
  let text: string | undefined
  for (const target of targets) {
    const made = policyFromModules(modules, { ...target, policy: faults.size === 0 ? policy?.text : undefined })
    if (made.ok) text ??= made.text
    else for (const { module, code, message } of made.faults) faults.add(`${nameOf(module)}: ${message} (${code})`)
  }
  if (faults.size > 0) throw new TunnelError(9026, `${owner}TrafficPolicy invalid:\n${[...faults].join('\n')}`)
  return text
}

function faultsOf(text: string, targets: readonly ModuleTarget[]): PolicyFault[] {
  const faults = targets.flatMap((target) => {
    const compiled = compilePolicy(text, compileOptions(target))
    return compiled.ok ? [] : compiled.faults
  })
  return sortedFaults(faults)
}

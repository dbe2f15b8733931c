import type { AgentConfig } from '@tunnel/agent-config'
import { TunnelError } from '@tunnel/protocol'
import { CliError } from '../cli-error.ts'
import { ofEndpoint } from '../endpoints/chosen-endpoints.ts'
import { targetsOfEndpoint } from '../endpoints/configured-endpoint.ts'
import { targetsOfTunnel } from '../endpoints/configured-tunnel.ts'
import { isTunnelError } from '../error-lines.ts'
import { policyOfEndpoint, policyOfTunnel } from '../policy/policy-of-definition.ts'
import { type PolicyRequest, type PolicyTargets, resolvePolicy } from '../policy/policy-request.ts'

/**
 * Compiles the traffic policies that endpoints and tunnels hold or name. One at a URL is left alone: a check asks nobody. Rejects with 9026 for everything
 * that is wrong with them, and with `CliError` where one cannot be had.
 */
export async function checkDefinedPolicies({ endpoints, tunnels, files }: AgentConfig): Promise<void> {
  const checked = await Promise.allSettled([
    ...endpoints.map((one) => check(one.name, () => policyOfEndpoint(one, files), targetsOfEndpoint(one))),
    ...[...tunnels].map(([name, one]) => check(name, () => policyOfTunnel(name, one, files), targetsOfTunnel(one))),
  ])
  const failures = checked.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []))
  const unexpected = failures.find((cause) => !(cause instanceof CliError) && !isTunnelError(cause))
  if (unexpected !== undefined) throw unexpected
  if (failures.length === 0) return
  const lines = failures.map((cause) => (cause as Error).message).join('\n')
  const first = failures.find((cause) => cause instanceof CliError)
  throw first ? new CliError(first.code, lines, { cause: first }) : new TunnelError(9026, lines)
}

async function check(name: string, requestOf: () => PolicyRequest, targets: PolicyTargets): Promise<void> {
  try {
    const request = requestOf()
    await resolvePolicy(request.source?.kind === 'url' ? { ...request, source: undefined } : request, targets)
  } catch (cause) {
    throw cause instanceof CliError ? ofEndpoint(name, cause) : cause
  }
}

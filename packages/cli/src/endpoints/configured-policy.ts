import { type PolicyRequest, type PolicyTargets, resolvePolicy } from '../policy/policy-request.ts'
import type { EndpointStep } from './endpoint-step.ts'

/** Steps that ask for the policy of their definition. Rejects with what is wrong with it. */
export async function withRequestedPolicy(
  steps: readonly EndpointStep[],
  request: PolicyRequest,
  targets: PolicyTargets,
): Promise<readonly EndpointStep[]> {
  return withPolicy(steps, await resolvePolicy(request, targets))
}

export function withPolicy(steps: readonly EndpointStep[], policy: string | undefined): readonly EndpointStep[] {
  if (policy === undefined) return steps
  return steps.map(
    (step): EndpointStep =>
      async (session, before) => ({ ...(await step(session, before)), traffic_policy: policy }),
  )
}

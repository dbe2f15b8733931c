import type { EndpointModules } from './endpoint-modules.ts'
import type { ReportFault } from './module-fault.ts'
import type { RuleDocument } from './policy-document.ts'

/** The module waited for more requests than the action does by default. Reference §10, row 14 */
const VOLUME_THRESHOLD = 20

export function circuitBreaker(
  { circuitBreaker: threshold = 0 }: EndpointModules,
  report: ReportFault,
): RuleDocument[] {
  if (threshold === 0) return []
  if (!(threshold > 0 && threshold <= 1)) report('ERR_TUNNEL_361', `${threshold} is not 0 to 1`)
  const config = { error_threshold: threshold, volume_threshold: VOLUME_THRESHOLD }
  return [{ name: 'circuit breaker', actions: [{ type: 'circuit-breaker', config }] }]
}

/** The module knew these two only. Reference §8.1 */
export function compression({ compression: isOn = false }: EndpointModules): RuleDocument[] {
  if (!isOn) return []
  const config = { algorithms: ['gzip', 'deflate'] }
  return [{ name: 'compression', actions: [{ type: 'compress-response', config }] }]
}

import { compileRegex } from '../actions/regex.ts'
import type { EndpointModules } from './endpoint-modules.ts'
import type { ReportFault } from './module-fault.ts'
import type { RuleDocument } from './policy-document.ts'

/** Allow goes before deny; without an agent a request passes only where an allow pattern matches the empty text. Reference §4.27 */
export function userAgentFilter(
  { userAgentAllow: allow = [], userAgentDeny: deny = [] }: EndpointModules,
  report: ReportFault,
): RuleDocument[] {
  if (allow.length + deny.length === 0) return []
  for (const pattern of [...allow, ...deny]) checkPattern(pattern, report)
  const config = { ...(allow.length > 0 && { allow }), ...(deny.length > 0 && { deny }) }
  return [{ name: 'user-agent filter', actions: [{ type: 'user-agent-filter', config }] }]
}

function checkPattern(pattern: string, report: ReportFault): void {
  try {
    compileRegex(pattern)
  } catch (error) {
    report('ERR_TUNNEL_2090', (error as Error).message)
  }
}

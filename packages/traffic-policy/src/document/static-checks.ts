import type { ActionDefinition } from './action-configs/action-definition.ts'
import { actionConfigs } from './action-configs/all-configs.ts'
import type { FaultList } from './fault-list.ts'
import type { PolicyPhase } from './phases.ts'
import type { CompiledAction, CompiledRule } from './policy.ts'
import type { Path } from './source-position.ts'

const terminates = ({ type, config }: CompiledAction): boolean =>
  (actionConfigs[type] as ActionDefinition).terminates?.(config) ?? false

/** A rule that runs whatever the request is. */
const isUnconditional = ({ expressions }: CompiledRule): boolean =>
  expressions.every(({ constant }) => constant?.value === true)

/** What can never run: an action after one that always ends the phase is a fault, a rule after such a rule is doubtful. Reference §1.6 */
export function checkReachability(rules: readonly CompiledRule[], path: Path, faults: FaultList): void {
  let endedBy: number | undefined
  for (const [at, { actions }] of rules.entries()) {
    if (endedBy !== undefined)
      faults.warn('ERR_TUNNEL_2207', [...path, at], `rule is never reached: rule ${endedBy} always ends the phase`)
    const end = actions.findIndex(terminates)
    if (end >= 0 && end < actions.length - 1) {
      const message = `action \`${actions[end + 1]!.type}\` is never reached: \`${actions[end]!.type}\` always ends the phase`
      faults.add('ERR_TUNNEL_2207', [...path, at, 'actions', end + 1], message)
    }
    if (end >= 0 && endedBy === undefined && isUnconditional(rules[at]!)) endedBy = at
  }
}

/** A cloud endpoint has nothing behind it: some rule must end every request. Reference §1.6 */
export function handlesAll(phases: Readonly<Record<PolicyPhase, readonly CompiledRule[]>>, isHttp: boolean): boolean {
  const always = (phase: PolicyPhase) =>
    phases[phase].some((rule) => isUnconditional(rule) && rule.actions.some(terminates))
  return always('on_tcp_connect') || (isHttp && always('on_http_request'))
}

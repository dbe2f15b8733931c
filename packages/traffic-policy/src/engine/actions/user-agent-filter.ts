import { isUserAgentAllowed } from '../../actions/user-agent-filter.ts'
import { type Prepare, setResults } from '../phase-run.ts'

export const userAgentFilterAction: Prepare<'user-agent-filter'> =
  ({ enforce, ...filter }) =>
  (run) => {
    const isAllowed = isUserAgentAllowed(filter, run.exchange!.request.fields)
    setResults(run, 'user_agent_filter', { action: isAllowed ? 'allow' : 'deny' })
    run.events.userAgentFilter = isAllowed ? 'allow' : 'block'
    if (isAllowed || !enforce) return undefined
    const message = 'user agent is not allowed'
    return { kind: 'refuse', status: 403, code: 'ERR_TUNNEL_3211', message, headers: [] }
  }

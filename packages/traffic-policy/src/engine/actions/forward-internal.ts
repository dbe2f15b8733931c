import { ActionError } from '../../actions/action-error.ts'
import { parseInternalUrl } from '../../document/action-configs/forward-internal.ts'
import { type PhaseRun, type Prepare, render, setResults } from '../phase-run.ts'
import type { Step } from '../step.ts'

export const forwardInternalAction: Prepare<'forward-internal'> =
  ({ url, on_error }) =>
  (run): Step => {
    const text = render(run, url)
    setResults(run, 'forward_internal', { url: text })
    return { kind: 'forward-internal', url: urlOf(run, text), onError: on_error }
  }

function urlOf({ phase }: PhaseRun, text: string) {
  try {
    return parseInternalUrl(text, phase !== 'on_tcp_connect')
  } catch (cause) {
    throw new ActionError('ERR_TUNNEL_2253', 'url did not give the URL of an internal endpoint', { cause })
  }
}

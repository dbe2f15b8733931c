import { ActionError } from '../../actions/action-error.ts'
import type { SseReplacement } from '../../actions/sse-find-replace.ts'
import { type PhaseRun, type Prepare, render } from '../phase-run.ts'
import { renderRegex } from './responses.ts'

type Config = Parameters<Prepare<'sse-find-replace'>>[0]

/** What the action does to messages of this stream. */
export const sseReplacements = (run: PhaseRun, { replacements }: Config): SseReplacement[] =>
  replacements.map(({ field, from, to }) => {
    const name = render(run, field)
    if (name !== 'data' && name !== 'retry')
      throw new ActionError('ERR_TUNNEL_2253', 'field did not give data or retry')
    return { field: name, from: renderRegex(run, from), to: render(run, to) }
  })

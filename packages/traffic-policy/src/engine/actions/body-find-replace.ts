import { ActionError, errorResult } from '../../actions/action-error.ts'
import { compileReplacement, createBodyFindReplace } from '../../actions/body-find-replace.ts'
import type { Template } from '../../cel/template.ts'
import type { RegexTemplate } from '../../document/action-configs/field-schemas.ts'
import type { HeldBody } from '../exchange-state.ts'
import { type Executor, type PhaseRun, type Prepare, render, setResults } from '../phase-run.ts'
import { refusal, type Step } from '../step.ts'

interface Config {
  readonly replacements: readonly { readonly from: RegexTemplate; readonly to: Template }[]
}

interface Message {
  readonly fields: string[]
  setFields(fields: string[]): void
}

/** Reference §4.19, §9: what cannot be worked out is a 500 with a code of its own. */
function replacements(run: PhaseRun, { replacements: given }: Config) {
  return given.map(({ from, to }) => {
    const pattern = from.regex ? '' : render(run, from.template)
    const text = render(run, to)
    return from.regex ? { from: from.regex, to: text } : compileReplacement(pattern, text)
  })
}

async function replaceBody(
  run: PhaseRun,
  config: Config,
  message: Message,
  body: HeldBody,
  name: string,
): Promise<Step | undefined> {
  try {
    const filter = createBodyFindReplace(message.fields, replacements(run, config))
    filter.write(await body.current())
    const replaced = await filter.end()
    body.replace(replaced.body)
    message.setFields(replaced.headers)
    setResults(run, name, replaced.results)
    return undefined
  } catch (error) {
    if (error instanceof ActionError) setResults(run, name, { replacements: [], error: errorResult(error) })
    const step = refusal(error, 'ERR_TUNNEL_2253')
    return step.code === 'ERR_TUNNEL_2253' ? { ...step, code: 'ERR_TUNNEL_3900' } : step
  }
}

const ofRequest =
  (config: Config): Executor =>
  (run) => {
    const { request, requestBody } = run.exchange!
    return replaceBody(run, config, request, requestBody, 'request_body_find_replace')
  }

const ofResponse =
  (config: Config): Executor =>
  (run) => {
    const { response, responseBody } = run.exchange!
    return replaceBody(run, config, response!, responseBody, 'response_body_find_replace')
  }

export const requestBodyFindReplaceAction: Prepare<'request-body-find-replace'> = ofRequest
export const responseBodyFindReplaceAction: Prepare<'response-body-find-replace'> = ofResponse

import { ActionError } from '../../actions/action-error.ts'
import { customResponse, denyResponse } from '../../actions/custom-response.ts'
import { redirect } from '../../actions/redirect.ts'
import type { Regex } from '../../actions/regex.ts'
import { regexOf } from '../../cel/functions/regex.ts'
import { celLimits } from '../../cel/limits.ts'
import type { RegexTemplate } from '../../document/action-configs/field-schemas.ts'
import type { StatusCode } from '../../document/action-configs/status-code.ts'
import { type PhaseRun, type Prepare, render, setResults } from '../phase-run.ts'
import { respond } from '../step.ts'
import { headerLines, withHeaders } from './headers.ts'

/** A pattern of the document, or of this request. */
export const renderRegex = (run: PhaseRun, { regex, template }: RegexTemplate): Regex =>
  regex ?? regexOf(render(run, template))

function statusOf(run: PhaseRun, status: StatusCode): number {
  if (typeof status === 'number') return status
  run.scope.steps = celLimits.maxSteps
  const value = status.run(run.scope)
  const code = typeof value === 'bigint' ? Number(value) : Number.NaN
  if (!(code >= 200 && code <= 599)) throw new ActionError('ERR_TUNNEL_2253', 'status_code did not give 200 to 599')
  return code
}

/** In the response phase it takes the place of the upstream's answer. */
export const customResponseAction: Prepare<'custom-response'> =
  ({ status_code, body, headers }) =>
  (run) => {
    const { method } = run.exchange!.request.facts.head
    const made = customResponse(method, statusOf(run, status_code), render(run, body), headerLines(run, headers))
    const { status, headers: fields, body: bytes } = made
    return {
      kind: 'respond',
      status,
      headers: fields,
      body: bytes,
      passesResponsePhase: run.phase === 'on_http_request',
    }
  }

export const denyAction: Prepare<'deny'> = ({ status_code }) => {
  const { status, headers, body } = denyResponse(status_code)
  return ({ phase }) =>
    phase === 'on_tcp_connect'
      ? { kind: 'close' }
      : { kind: 'respond', status, headers, body, passesResponsePhase: false }
}

export const closeConnectionAction: Prepare<'close-connection'> = () => () => ({ kind: 'close' })

export const redirectAction: Prepare<'redirect'> =
  ({ from, to, status_code, headers }) =>
  (run) => {
    const { url } = run.exchange!.request
    const pattern = from && renderRegex(run, from)
    const made = redirect(url.text, { to: render(run, to), ...(pattern && { from: pattern }) }, status_code)
    if (made === undefined) {
      setResults(run, 'redirect', { matches: [], url: url.text })
      return undefined
    }
    setResults(run, 'redirect', made.results)
    return respond(made.status, withHeaders(run, made.headers, headers))
  }

import { ActionError } from '../../actions/action-error.ts'
import { type VerifyWebhookOutcome, verifyWebhook } from '../../actions/verify-webhook.ts'
import { urlParts } from '../../variables/request-url.ts'
import type { RequestVariables } from '../../variables/request-variables.ts'
import { type PhaseRun, type Prepare, render, setResults } from '../phase-run.ts'
import { refusal, type StepOrPromise } from '../step.ts'

export const verifyWebhookAction: Prepare<'verify-webhook'> =
  ({ provider, secret, enforce }) =>
  async (run) => {
    const { request, requestBody } = run.exchange!
    const { head } = request.facts
    let body: Buffer
    try {
      body = await requestBody.original()
    } catch (cause) {
      if (!enforce) return outcomeOf(run, { error: undefined, results: { verified: false } })
      throw new ActionError('ERR_TUNNEL_3204', 'webhook is not verified: body cannot be read', { cause })
    }
    const delivery = { method: head.method, url: deliveredUrl(request), headers: head.headers, body }
    const { clock, snsCertificates } = run.runtime
    return outcomeOf(
      run,
      await verifyWebhook({ provider, secret: render(run, secret), enforce }, delivery, clock.now(), snsCertificates),
    )
  }

function outcomeOf(run: PhaseRun, { error, response, results }: VerifyWebhookOutcome): StepOrPromise {
  setResults(run, 'verify_webhook', results)
  run.events.webhookVerification = results.verified ? 'allow' : 'block'
  if (response) return { kind: 'respond', ...response, passesResponsePhase: false }
  return error && refusal(error, 'ERR_TUNNEL_2253')
}

/** What the client asked for, before any rewrite. Reference §6.1 */
function deliveredUrl({ facts: { scheme, head } }: RequestVariables): string {
  const { path, query } = urlParts(scheme, head.host, head.target)
  const host = head.host.replace(scheme === 'https' ? /:443$/ : /:80$/, '')
  return `${scheme}://${host}${path}${query === '' ? '' : `?${query}`}`
}

import { webhookProvider, webhookProviders } from '../actions/webhook/providers.ts'
import { didYouMean } from '../nearest.ts'
import type { EndpointModules } from './endpoint-modules.ts'
import type { ReportFault } from './module-fault.ts'
import { literalText, type RuleDocument } from './policy-document.ts'

export function webhookVerification({ verifyWebhook }: EndpointModules, report: ReportFault): RuleDocument[] {
  if (verifyWebhook === undefined) return []
  const { provider, secret = '' } = verifyWebhook
  const known = webhookProvider(provider)
  if (known === undefined) {
    const hint = didYouMean(provider, webhookProviders)
    report('ERR_TUNNEL_363', `${JSON.stringify(provider.slice(0, 40))} is not a provider${hint}`)
  } else if (known !== 'sns' && secret === '') report('ERR_TUNNEL_15007', `${known} needs a secret`)
  const config = { provider, ...(secret !== '' && { secret: literalText(secret) }) }
  return [{ name: 'webhook verification', actions: [{ type: 'verify-webhook', config }] }]
}

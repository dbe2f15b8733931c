import * as z from 'zod'
import { webhookProvider, webhookProviders } from '../../actions/webhook/providers.ts'
import { compileTemplate } from '../../cel/template.ts'
import { didYouMean } from '../../nearest.ts'
import { defineAction } from './action-definition.ts'
import { enforce } from './common-fields.ts'
import { issue } from './issue.ts'

/** Reference §4.26, §6.1 */
export const verifyWebhookConfig = defineAction({
  type: 'verify-webhook',
  phases: ['on_http_request'],
  schema: (fields) =>
    z
      .strictObject({
        provider: z.string().transform((name, context) => {
          const provider = webhookProvider(name)
          if (provider !== undefined) return provider
          const hint = didYouMean(name, webhookProviders)
          context.issues.push(
            issue('ERR_TUNNEL_2222', `${JSON.stringify(name.slice(0, 40))} is not a provider${hint}`, name),
          )
          return z.NEVER
        }),
        secret: fields.text({ mayBeEmpty: true }).optional(),
        enforce,
      })
      .transform(({ provider, secret, enforce: isEnforced }, context) => {
        if (provider !== 'sns' && (secret === undefined || secret.constant === ''))
          context.issues.push({ ...issue('ERR_TUNNEL_2234', 'required', secret), path: ['secret'] })
        return { provider, secret: secret ?? compileTemplate('', fields.environment), enforce: isEnforced }
      }),
})

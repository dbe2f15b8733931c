import type { ActionDefinition } from './action-definition.ts'
import { addHeadersConfig } from './add-headers.ts'
import { basicAuthConfig } from './basic-auth.ts'
import { circuitBreakerConfig } from './circuit-breaker.ts'
import { closeConnectionConfig } from './close-connection.ts'
import { compressResponseConfig } from './compress-response.ts'
import { customResponseConfig } from './custom-response.ts'
import { denyConfig } from './deny.ts'
import { requestBodyFindReplaceConfig, responseBodyFindReplaceConfig, sseFindReplaceConfig } from './find-replace.ts'
import { forwardInternalConfig } from './forward-internal.ts'
import { httpRequestConfig } from './http-request.ts'
import { jwtValidationConfig } from './jwt-validation.ts'
import { logConfig } from './log.ts'
import { rateLimitConfig } from './rate-limit.ts'
import { redirectConfig } from './redirect.ts'
import { removeHeadersConfig } from './remove-headers.ts'
import { restrictIpsConfig } from './restrict-ips.ts'
import { setVarsConfig } from './set-vars.ts'
import { terminateTlsConfig } from './terminate-tls.ts'
import { urlRewriteConfig } from './url-rewrite.ts'
import { userAgentFilterConfig } from './user-agent-filter.ts'
import { verifyWebhookConfig } from './verify-webhook.ts'

/** Every action that documents can have, by its type. */
export const actionConfigs = {
  'add-headers': addHeadersConfig,
  'basic-auth': basicAuthConfig,
  'circuit-breaker': circuitBreakerConfig,
  'close-connection': closeConnectionConfig,
  'compress-response': compressResponseConfig,
  'custom-response': customResponseConfig,
  deny: denyConfig,
  'forward-internal': forwardInternalConfig,
  'http-request': httpRequestConfig,
  'jwt-validation': jwtValidationConfig,
  log: logConfig,
  'rate-limit': rateLimitConfig,
  redirect: redirectConfig,
  'remove-headers': removeHeadersConfig,
  'request-body-find-replace': requestBodyFindReplaceConfig,
  'response-body-find-replace': responseBodyFindReplaceConfig,
  'restrict-ips': restrictIpsConfig,
  'set-vars': setVarsConfig,
  'sse-find-replace': sseFindReplaceConfig,
  'terminate-tls': terminateTlsConfig,
  'url-rewrite': urlRewriteConfig,
  'user-agent-filter': userAgentFilterConfig,
  'verify-webhook': verifyWebhookConfig,
} as const

export type ActionType = keyof typeof actionConfigs

/** What the schema of an action gives. */
export type ActionConfig<Type extends ActionType> =
  (typeof actionConfigs)[Type] extends ActionDefinition<infer Config> ? Config : never

/** A compiled action: its type tells what its config is. */
export type AnyActionConfig = {
  [Type in ActionType]: { readonly type: Type; readonly config: ActionConfig<Type> }
}[ActionType]

/** Names that published documents use for the same actions. Reference §1.2 */
export const actionAliases: Readonly<Record<string, string>> = {
  oidc: 'openid-connect',
  'webhook-validation': 'verify-webhook',
  'verify-webhooks': 'verify-webhook',
  compress: 'compress-response',
  'ip-restriction': 'restrict-ips',
}

/** Actions of the reference that do not work yet: a document with one is refused, and nothing is let through unchecked. */
export const laterActions: ReadonlySet<string> = new Set([
  'ai-gateway',
  'oauth',
  'openid-connect',
  'owasp-crs-request',
  'owasp-crs-response',
  'saml',
])

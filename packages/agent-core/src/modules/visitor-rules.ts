import { TunnelError } from '@tunnel/protocol'
import type { ModuleOptions } from './module-options.ts'
import { celText, listOf, literalText, type RuleDocument, ruleOf } from './rule-document.ts'

const EVERYONE = ['0.0.0.0/0', '::/0']

/** Deny alone lets everybody else pass, where the action alone would let nobody. */
export function ipRules(options: ModuleOptions): RuleDocument[] {
  const [allow, deny] = [listOf(options.ip_restriction_allow_cidrs), listOf(options.ip_restriction_deny_cidrs)]
  if (allow.length + deny.length === 0) return []
  const config = { allow: allow.length > 0 ? allow : EVERYONE, ...(deny.length > 0 && { deny }) }
  return [ruleOf('ip restriction', 'restrict-ips', config)]
}

/** Allow goes before deny; without an agent a request passes only where an allow pattern matches the empty text. */
export function userAgentRules(options: ModuleOptions): RuleDocument[] {
  const [allow, deny] = [listOf(options.allow_user_agent), listOf(options.deny_user_agent)]
  if (allow.length + deny.length === 0) return []
  const config = { ...(allow.length > 0 && { allow }), ...(deny.length > 0 && { deny }) }
  return [ruleOf('user-agent filter', 'user-agent-filter', config)]
}

export function webhookRules({
  verify_webhook_provider: provider,
  verify_webhook_secret: secret,
}: ModuleOptions): RuleDocument[] {
  if (!provider) return []
  return [
    ruleOf('webhook verification', 'verify-webhook', { provider, ...(secret && { secret: literalText(secret) }) }),
  ]
}

export function basicAuthRules({ basic_auth, auth }: ModuleOptions): RuleDocument[] {
  const credentials = [...listOf(basic_auth), ...listOf(auth)]
  return credentials.length === 0
    ? []
    : [ruleOf('basic auth', 'basic-auth', { credentials: credentials.map(literalText) })]
}

export function oauthRules(options: ModuleOptions): RuleDocument[] {
  const { oauth_provider: provider, oauth_client_id: id, oauth_client_secret: secret } = options
  if (!provider) return []
  const config = { provider, ...clientOf(id, secret, options.oauth_scopes) }
  return [
    ruleOf('oauth', 'oauth', config),
    ...identityRules('oauth', options.oauth_allow_emails, options.oauth_allow_domains),
  ]
}

/** Throws 301 without the credentials that an issuer asks for. */
export function oidcRules(options: ModuleOptions): RuleDocument[] {
  const { oidc_issuer_url: issuer_url, oidc_client_id: id, oidc_client_secret: secret } = options
  if (!issuer_url) return []
  if (!id || !secret) throw new TunnelError(301, 'oidc_issuer_url needs oidc_client_id and oidc_client_secret')
  const config = { issuer_url, ...clientOf(id, secret, options.oidc_scopes) }
  return [
    ruleOf('oidc', 'openid-connect', config),
    ...identityRules('oidc', options.oidc_allow_emails, options.oidc_allow_domains),
  ]
}

function clientOf(id: string | undefined, secret: string | undefined, scopes: ModuleOptions['oauth_scopes']) {
  return {
    ...(id && { client_id: literalText(id) }),
    ...(secret && { client_secret: literalText(secret) }),
    ...(listOf(scopes).length > 0 && { scopes: listOf(scopes) }),
  }
}

/** Who has logged in and is not among those that may pass. */
function identityRules(
  action: 'oauth' | 'oidc',
  allowEmails: ModuleOptions['oauth_allow_emails'],
  allowDomains: ModuleOptions['oauth_allow_domains'],
): RuleDocument[] {
  const [emails, domains] = [listOf(allowEmails), listOf(allowDomains)]
  if (emails.length + domains.length === 0) return []
  const email = `actions.ngrok.${action}.identity.email`
  const ways = [
    ...(emails.length > 0 ? [`${email} in [${emails.map(celText).join(', ')}]`] : []),
    ...(domains.length > 0 ? [`[${domains.map(celText).join(', ')}].exists(d, ${email}.endsWith('@' + d))`] : []),
  ]
  const deny = { type: 'deny', config: { status_code: 403 } }
  return [{ name: `${action} identities`, expressions: [`!(${ways.join(' || ')})`], actions: [deny] }]
}

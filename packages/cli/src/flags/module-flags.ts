import { CliError } from '../cli-error.ts'
import type { Flag } from './flag.ts'
import type { AddressFilterFlags } from './policy-flags.ts'

/** Flags of `http` that a traffic policy says better; they still become one. */
export const moduleFlags: readonly Flag[] = [
  listOf('cidr-allow', 'cidrs', 'restrict-ips'),
  listOf('cidr-deny', 'cidrs', 'restrict-ips'),
  { ...listOf('ua-filter-allow', 'patterns', 'user-agent-filter'), keepsSpaces: true },
  { ...listOf('ua-filter-deny', 'patterns', 'user-agent-filter'), keepsSpaces: true },
  one('verify-webhook', 'provider', 'verify-webhook'),
  one('verify-webhook-secret', 'secret', 'verify-webhook'),
  { ...listOf('basic-auth', 'user:password', 'basic-auth'), keepsSpaces: true },
  one('oauth', 'provider', 'oauth'),
  listOf('oauth-allow-domain', 'domains', 'oauth'),
  listOf('oauth-allow-email', 'emails', 'oauth'),
  one('oauth-client-id', 'id', 'oauth'),
  one('oauth-client-secret', 'secret', 'oauth'),
  listOf('oauth-scope', 'scopes', 'oauth'),
  one('oidc', 'url', 'openid-connect'),
  one('oidc-client-id', 'id', 'openid-connect'),
  one('oidc-client-secret', 'secret', 'openid-connect'),
  listOf('oidc-scope', 'scopes', 'openid-connect'),
  { ...one('circuit-breaker', 'ratio', 'circuit-breaker'), parse: ratio },
  { name: 'compression', standing: usePolicy('compress-response') },
  listOf('request-header-add', 'name: value', 'add-headers'),
  listOf('request-header-remove', 'names', 'remove-headers'),
  listOf('response-header-add', 'name: value', 'add-headers'),
  listOf('response-header-remove', 'names', 'remove-headers'),
]

export interface ModuleFlags extends AddressFilterFlags {
  readonly uaFilterAllow?: readonly string[]
  readonly uaFilterDeny?: readonly string[]
  readonly verifyWebhook?: string
  readonly verifyWebhookSecret?: string
  readonly basicAuth?: readonly string[]
  readonly oauth?: string
  readonly oauthAllowDomain?: readonly string[]
  readonly oauthAllowEmail?: readonly string[]
  readonly oauthClientId?: string
  readonly oauthClientSecret?: string
  readonly oauthScope?: readonly string[]
  readonly oidc?: string
  readonly oidcClientId?: string
  readonly oidcClientSecret?: string
  readonly oidcScope?: readonly string[]
  readonly circuitBreaker?: number
  readonly compression?: boolean
  readonly requestHeaderAdd?: readonly string[]
  readonly requestHeaderRemove?: readonly string[]
  readonly responseHeaderAdd?: readonly string[]
  readonly responseHeaderRemove?: readonly string[]
}

function one(name: string, value: string, action: string): Flag {
  return { name, value, standing: usePolicy(action) }
}

function listOf(name: string, value: string, action: string): Flag {
  return { name, value, isList: true, standing: usePolicy(action) }
}

function usePolicy(action: string): Flag['standing'] & object {
  return { kind: 'deprecated', warning: `use --traffic-policy-file and the action ${action}` }
}

/** Whether it is one from 0 to 1 is said with all else that is wrong with the policy. */
function ratio(text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text)
  if (!Number.isNaN(number)) return number
  throw new CliError(
    'ERR_CLI_USAGE',
    `--circuit-breaker is a number from 0 to 1, not ${JSON.stringify(text.slice(0, 50))}`,
  )
}

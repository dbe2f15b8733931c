import type { EndpointModules, LoginModule } from './endpoint-modules.ts'
import { celText, literalText, type RuleDocument } from './policy-document.ts'

export function oauth({ oauth: login }: EndpointModules): RuleDocument[] {
  if (login === undefined) return []
  const config = { provider: login.provider, ...clientOf(login) }
  return [{ name: 'oauth', actions: [{ type: 'oauth', config }] }, ...identityRules('oauth', login)]
}

export function oidc({ oidc: login }: EndpointModules): RuleDocument[] {
  if (login === undefined) return []
  const config = { issuer_url: login.issuerUrl, ...clientOf(login) }
  return [{ name: 'oidc', actions: [{ type: 'openid-connect', config }] }, ...identityRules('oidc', login)]
}

const clientOf = ({ clientId, clientSecret, scopes = [] }: LoginModule) => ({
  ...(clientId !== undefined && { client_id: literalText(clientId) }),
  ...(clientSecret !== undefined && { client_secret: literalText(clientSecret) }),
  ...(scopes.length > 0 && { scopes }),
})

/** Who has logged in and is not among those that may pass. Reference §8.2 */
function identityRules(action: string, { allowEmails = [], allowDomains = [] }: LoginModule): RuleDocument[] {
  if (allowEmails.length + allowDomains.length === 0) return []
  const email = `actions.ngrok.${action}.identity.email`
  const ways = [
    ...(allowEmails.length > 0 ? [`${email} in [${allowEmails.map(celText).join(', ')}]`] : []),
    ...(allowDomains.length > 0
      ? [`[${allowDomains.map(celText).join(', ')}].exists(d, ${email}.endsWith('@' + d))`]
      : []),
  ]
  const expressions = [`!(${ways.join(' || ')})`]
  return [{ name: `${action} identities`, expressions, actions: [{ type: 'deny', config: { status_code: 403 } }] }]
}

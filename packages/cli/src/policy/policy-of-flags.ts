import type { EndpointModules, ModuleName } from '@tunnel/traffic-policy'
import { CliError } from '../cli-error.ts'
import type { ModuleFlags } from '../flags/module-flags.ts'
import type { PolicyFlags } from '../flags/policy-flags.ts'
import type { PolicyRequest, PolicySource } from './policy-request.ts'
import { withoutUndefined } from './without-undefined.ts'

/** What flags ask of the policy. Throws `ERR_CLI_USAGE` for flags that exclude each other, or that need another one. */
export function policyOfFlags(flags: PolicyFlags & ModuleFlags): PolicyRequest {
  return { source: sourceOf(flags), modules: modulesOf(flags), nameOf: (module) => flagOf(module, flags) }
}

function sourceOf({ trafficPolicyFile, trafficPolicyUrl, policyFile }: PolicyFlags): PolicySource | undefined {
  const given: readonly [string, string | undefined][] = [
    ['--traffic-policy-file', trafficPolicyFile],
    ['--traffic-policy-url', trafficPolicyUrl],
    ['--policy-file', policyFile],
  ]
  const [first, ...more] = given.filter(([, value]) => value !== undefined)
  if (more.length > 0) {
    const names = [first, ...more].map((flag) => flag?.[0]).join(', ')
    throw new CliError('ERR_CLI_USAGE', `${names} all give the traffic policy: give one of them`)
  }
  const [name, value] = first ?? []
  if (name === undefined || !value) return undefined
  return name === '--traffic-policy-url' ? { kind: 'url', url: value, name } : { kind: 'file', path: value, name }
}

function modulesOf(flags: ModuleFlags): EndpointModules {
  const { oauth, oidc, verifyWebhook } = flags
  assertGroup(verifyWebhook, '--verify-webhook', { 'verify-webhook-secret': flags.verifyWebhookSecret })
  assertGroup(oauth, '--oauth', {
    'oauth-allow-domain': flags.oauthAllowDomain,
    'oauth-allow-email': flags.oauthAllowEmail,
    'oauth-client-id': flags.oauthClientId,
    'oauth-client-secret': flags.oauthClientSecret,
    'oauth-scope': flags.oauthScope,
  })
  assertGroup(oidc, '--oidc', {
    'oidc-client-id': flags.oidcClientId,
    'oidc-client-secret': flags.oidcClientSecret,
    'oidc-scope': flags.oidcScope,
  })
  return withoutUndefined({
    allowCidrs: flags.cidrAllow,
    denyCidrs: flags.cidrDeny,
    userAgentAllow: flags.uaFilterAllow,
    userAgentDeny: flags.uaFilterDeny,
    verifyWebhook:
      verifyWebhook === undefined ? undefined : { provider: verifyWebhook, secret: flags.verifyWebhookSecret },
    basicAuth: flags.basicAuth,
    oauth:
      oauth === undefined
        ? undefined
        : {
            provider: oauth,
            clientId: flags.oauthClientId,
            clientSecret: flags.oauthClientSecret,
            scopes: flags.oauthScope,
            allowEmails: flags.oauthAllowEmail,
            allowDomains: flags.oauthAllowDomain,
          },
    oidc:
      oidc === undefined
        ? undefined
        : {
            issuerUrl: oidc,
            clientId: flags.oidcClientId,
            clientSecret: flags.oidcClientSecret,
            scopes: flags.oidcScope,
          },
    circuitBreaker: flags.circuitBreaker,
    compression: flags.compression,
    requestHeaderAdd: flags.requestHeaderAdd,
    requestHeaderRemove: flags.requestHeaderRemove,
    responseHeaderAdd: flags.responseHeaderAdd,
    responseHeaderRemove: flags.responseHeaderRemove,
  })
}

function assertGroup(head: string | undefined, name: string, members: Readonly<Record<string, unknown>>): void {
  const [orphan] = Object.entries(members).find(([, value]) => value !== undefined) ?? []
  if (head === undefined && orphan !== undefined)
    throw new CliError('ERR_CLI_USAGE', `--${orphan} needs ${name} beside it`)
}

const flagNames: Readonly<Record<ModuleName, readonly (readonly [keyof ModuleFlags, string])[]>> = {
  'ip-restriction': [
    ['cidrAllow', '--cidr-allow'],
    ['cidrDeny', '--cidr-deny'],
  ],
  'user-agent-filter': [
    ['uaFilterAllow', '--ua-filter-allow'],
    ['uaFilterDeny', '--ua-filter-deny'],
  ],
  'webhook-verification': [['verifyWebhook', '--verify-webhook']],
  'basic-auth': [['basicAuth', '--basic-auth']],
  oauth: [['oauth', '--oauth']],
  oidc: [['oidc', '--oidc']],
  'circuit-breaker': [['circuitBreaker', '--circuit-breaker']],
  compression: [['compression', '--compression']],
  'request-headers': [
    ['requestHeaderAdd', '--request-header-add'],
    ['requestHeaderRemove', '--request-header-remove'],
  ],
  'response-headers': [
    ['responseHeaderAdd', '--response-header-add'],
    ['responseHeaderRemove', '--response-header-remove'],
  ],
}

function flagOf(module: ModuleName, flags: ModuleFlags): string {
  const given = flagNames[module].filter(([key]) => flags[key] !== undefined)
  return given.map(([, name]) => name).join(', ')
}

import { dirname } from 'node:path'
import { type EndpointDefinition, locateDefinition, type TunnelDefinition } from '@tunnel/agent-config'
import type { EndpointModules, LoginModule, ModuleName } from '@tunnel/traffic-policy'
import { CliError } from '../cli-error.ts'
import type { PolicyRequest, PolicySource } from './policy-request.ts'
import { withoutUndefined } from './without-undefined.ts'

/** What an entry of `endpoints` in `files` says of the policy. */
export function policyOfEndpoint(definition: EndpointDefinition, files: readonly string[]): PolicyRequest {
  const { name: owner, traffic_policy: document, traffic_policy_file: path, traffic_policy_url: url } = definition
  return { source: sourceOf(), modules: {}, nameOf: () => 'traffic_policy', owner: ownerOf(owner) }

  function sourceOf(): PolicySource | undefined {
    if (document) return inlineSource(document, 'traffic_policy', owner, files)
    const directory = files[0] === undefined ? undefined : dirname(files[0])
    if (path) return { kind: 'file', path, name: 'traffic_policy_file', directory }
    return url ? { kind: 'url', url, name: 'traffic_policy_url' } : undefined
  }
}

/** What an entry of `tunnels` in `files` says of it, in the keys that a policy says better too. */
export function policyOfTunnel(name: string, definition: TunnelDefinition, files: readonly string[]): PolicyRequest {
  const key = definition.traffic_policy ? 'traffic_policy' : 'policy'
  const document = definition[key]
  const request: PolicyRequest = {
    source: document ? inlineSource(document, key, name, files) : undefined,
    modules: modulesOf(definition),
    nameOf: (module) => {
      const keys = keysOf(module, definition)
      const place = placeIn(files, name, keys.slice(0, 1))
      return place === undefined ? keys.join(', ') : `${place}: ${keys.join(', ')}`
    },
    owner: ownerOf(name),
  }
  const asks = document || Object.keys(request.modules).length > 0
  if (definition.labels && asks)
    throw new CliError('ERR_CLI_NOT_SUPPORTED', 'a tunnel with labels has no traffic policy: its edge has one')
  return request
}

function inlineSource(document: unknown, key: string, owner: string, files: readonly string[]): PolicySource {
  return { kind: 'inline', document, name: key, placeOf: (path) => placeIn(files, owner, [key, ...path]) }
}

function placeIn(files: readonly string[], owner: string, path: readonly string[]): string | undefined {
  const place = locateDefinition(files, owner, path)
  return place && `${place.file}:${place.line}:${place.column}`
}

const ownerOf = (name: string): string => `endpoint ${JSON.stringify(name.slice(0, 100))}: `

function modulesOf(tunnel: TunnelDefinition): EndpointModules {
  const request = tunnel.request_header ?? tunnel.request_headers
  const response = tunnel.response_header ?? tunnel.response_headers
  const { verify_webhook: webhook, oauth, oidc, user_agent_filter: agents, ip_restriction: ips } = tunnel
  return withoutUndefined({
    allowCidrs: ips?.allow_cidrs ?? undefined,
    denyCidrs: ips?.deny_cidrs ?? undefined,
    userAgentAllow: joined(agents?.allow, tunnel.ua_filter_allow),
    userAgentDeny: joined(agents?.deny, tunnel.ua_filter_deny),
    verifyWebhook: webhook ? { provider: webhook.provider, secret: webhook.secret ?? undefined } : undefined,
    basicAuth: tunnel.basic_auth ?? undefined,
    oauth: oauth
      ? { provider: oauth.provider, ...loginOf({ ...oauth, scopes: oauth.scopes ?? oauth.oauth_scopes }) }
      : undefined,
    oidc: oidc ? { issuerUrl: oidc.issuer_url, ...loginOf(oidc) } : undefined,
    circuitBreaker: tunnel.circuit_breaker ?? undefined,
    compression: tunnel.compression ?? undefined,
    requestHeaderAdd: request?.add ?? undefined,
    requestHeaderRemove: request?.remove ?? undefined,
    responseHeaderAdd: response?.add ?? undefined,
    responseHeaderRemove: response?.remove ?? undefined,
  })
}

type Texts = readonly string[] | null | undefined

const joined = (one: Texts, other: Texts): readonly string[] | undefined =>
  one || other ? [...(one ?? []), ...(other ?? [])] : undefined

interface LoginKeys {
  readonly client_id?: string | null | undefined
  readonly client_secret?: string | null | undefined
  readonly scopes?: Texts
  readonly allow_emails?: Texts
  readonly allow_domains?: Texts
}

const loginOf = (keys: LoginKeys): LoginModule => ({
  clientId: keys.client_id ?? undefined,
  clientSecret: keys.client_secret ?? undefined,
  scopes: keys.scopes ?? undefined,
  allowEmails: keys.allow_emails ?? undefined,
  allowDomains: keys.allow_domains ?? undefined,
})

const moduleKeys: Readonly<Record<ModuleName, readonly (keyof TunnelDefinition)[]>> = {
  'ip-restriction': ['ip_restriction'],
  'user-agent-filter': ['user_agent_filter', 'ua_filter_allow', 'ua_filter_deny'],
  'webhook-verification': ['verify_webhook'],
  'basic-auth': ['basic_auth'],
  oauth: ['oauth'],
  oidc: ['oidc'],
  'circuit-breaker': ['circuit_breaker'],
  compression: ['compression'],
  'request-headers': ['request_header', 'request_headers'],
  'response-headers': ['response_header', 'response_headers'],
}

const keysOf = (module: ModuleName, definition: TunnelDefinition): (keyof TunnelDefinition)[] =>
  moduleKeys[module].filter((key) => definition[key])

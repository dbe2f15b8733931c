import * as z from 'zod'
import { schemeOf } from './endpoint-schema.ts'
import { flag, isMap, metadata, optional, secret, text } from './scalars.ts'

const texts = () => z.array(text()).max(1_000)

const headers = z.strictObject({
  add: optional(texts(), 'Headers to set, as `name: value`.'),
  remove: optional(texts(), 'Names of headers to take away.'),
})

const login = {
  allow_domains: optional(texts(), 'E-mail domains that may pass.'),
  allow_emails: optional(texts(), 'E-mail addresses that may pass.'),
  client_id: optional(text(), 'Id at the provider.'),
  client_secret: optional(secret(), 'Secret at the provider.'),
  scopes: optional(texts(), 'Scopes to ask for.'),
}

const policy = () => z.record(z.string(), z.unknown())

const names = ['domain', 'hostname', 'subdomain'] as const

const shape = {
  addr: text().describe('The service: a port, host:port or URL.'),
  proto: optional(z.enum(['http', 'tcp', 'tls']), 'Kind of endpoint; required unless labels are given.'),
  labels: optional(texts(), 'Labels, as `name=value`, instead of proto (version 2 only).'),
  metadata: optional(metadata(), 'Opaque text, shown in the API.'),
  inspect: optional(flag(), 'Whether exchanges are captured. Default true.'),
  url: optional(text(), 'The public address.'),
  domain: optional(text(), 'Host of the public address (http, tls).'),
  hostname: optional(text(), 'The same as domain.'),
  subdomain: optional(text(), 'Label before the base domain (http, tls).'),
  remote_addr: optional(text(), 'Reserved host:port (tcp).'),
  schemes: optional(
    z
      .array(z.enum(['http', 'https']))
      .min(1)
      .max(2),
    'Schemes of the public address. Default https.',
  ),
  host_header: optional(text(), 'Host sent to the service: preserve, rewrite or a value.'),
  basic_auth: optional(z.array(secret()).max(100), 'Users that may pass, as `name:password`.'),
  circuit_breaker: optional(z.number().min(0).max(1), 'Share of errors at which requests are refused.'),
  compression: optional(flag(), 'Whether responses are compressed. Default false.'),
  websocket_tcp_converter: optional(flag(), 'Whether WebSocket messages become TCP bytes. Default false.'),
  oauth: optional(
    z.strictObject({
      ...login,
      provider: text().describe('Name of the provider.'),
      oauth_scopes: optional(texts(), 'The same as scopes.'),
    }),
    'Login by OAuth.',
  ),
  oidc: optional(
    z.strictObject({ ...login, issuer_url: text().describe('Address of the provider.') }),
    'Login by OpenID Connect.',
  ),
  request_header: optional(headers, 'Changes to request headers.'),
  request_headers: optional(headers, 'The same as request_header.'),
  response_header: optional(headers, 'Changes to response headers.'),
  response_headers: optional(headers, 'The same as response_header.'),
  user_agent_filter: optional(
    z.strictObject({
      allow: optional(texts(), 'Regular expressions of those that pass.'),
      deny: optional(texts(), 'Regular expressions of those that do not.'),
    }),
    'Filter by User-Agent.',
  ),
  ua_filter_allow: optional(texts(), 'The same as user_agent_filter.allow.'),
  ua_filter_deny: optional(texts(), 'The same as user_agent_filter.deny.'),
  verify_webhook: optional(
    z.strictObject({
      provider: text().describe('Name of the sender.'),
      secret: optional(secret(), 'Secret shared with it.'),
    }),
    'Check of webhook signatures.',
  ),
  ip_restriction: optional(
    z.strictObject({
      allow_cidrs: optional(texts(), 'Networks that pass.'),
      deny_cidrs: optional(texts(), 'Networks that do not.'),
    }),
    'Filter by visitor address.',
  ),
  mutual_tls_cas: optional(text(), "PEM file of the authorities of visitors' certificates (http, tls)."),
  crt: optional(text(), 'PEM file of the certificate shown to visitors (tls).'),
  key: optional(text(), 'PEM file of its key (tls).'),
  terminate_at: optional(z.enum(['edge', 'agent', 'upstream']), 'Where TLS ends (tls). Default upstream.'),
  proxy_proto: optional(
    z.union([z.literal([1, 2]), z.enum(['', '1', '2'])], { error: 'expected "1" or "2"' }).transform(String),
    'Version of the PROXY protocol header to begin with.',
  ),
  policy: optional(policy(), 'Traffic policy of the older form.'),
  traffic_policy: optional(policy(), 'Traffic policy.'),
}

const schemesOf: Readonly<Record<string, readonly string[]>> = { http: ['http', 'https'], tcp: ['tcp'], tls: ['tls'] }

const tunnel = z
  .strictObject(shape)
  .refine((value) => names.filter((key) => value[key]).length <= 1, {
    error: `only one of ${names.join(', ')} may be given (ERR_TUNNEL_9021)`,
    when: isMap,
  })
  .refine((value) => !(value.policy && value.traffic_policy), {
    path: ['policy'],
    error: 'only one of policy, traffic_policy may be given (ERR_TUNNEL_9025)',
    when: isMap,
  })
  .refine((value) => [undefined, ...(schemesOf[value.proto ?? ''] ?? [])].includes(schemeOf(value.url ?? '')), {
    path: ['url'],
    error: 'the address has another scheme than proto says',
    when: isMap,
  })
  .refine((value) => Boolean(value.crt) === Boolean(value.key), {
    error: 'crt and key belong together: give both or none',
    when: isMap,
  })

/** One value of `tunnels` in version 2. */
export const tunnelSchema = tunnel.refine((value) => value.proto || value.labels, {
  error: 'either proto or labels is needed (ERR_TUNNEL_394)',
  when: isMap,
})

/** One value of `tunnels` in version 3, which has no labeled tunnels. */
export const protoTunnelSchema = tunnel
  .refine((value) => value.proto || value.labels, { error: 'proto is needed (ERR_TUNNEL_394)', when: isMap })
  .refine((value) => !value.labels, {
    path: ['labels'],
    error: 'labeled tunnels exist only in version 2',
    when: isMap,
  })

/** A tunnel as the file defines it: same keys, checked and normalised. */
export type TunnelDefinition = z.output<typeof tunnel>

import * as z from 'zod'
import { flag, isMap, metadata, optional, text } from './scalars.ts'

const policyKeys = ['traffic_policy', 'traffic_policy_file', 'traffic_policy_url'] as const

const proxyProtocol = () =>
  z
    .union([z.literal([1, 2]), z.enum(['', '1', '2'])], { error: 'expected 1 or 2' })
    .transform((version): 1 | 2 | undefined => (version === '' ? undefined : (Number(version) as 1 | 2)))

const upstream = z.strictObject({
  url: text().describe('The service: a port, host:port, a URL or file:///directory.'),
  protocol: optional(z.enum(['http1', 'http2']), 'HTTP version spoken to the service. Default http1.'),
  proxy_protocol: optional(proxyProtocol(), 'Version of the PROXY protocol header to begin with. Default none.'),
  tls_verify: optional(flag(), "Whether the service's certificate is verified. Default false."),
  tls_verify_cas: optional(text(), 'PEM file of the authorities that verify it.'),
})

const agentTlsTermination = z
  .strictObject({
    server_certificate: optional(text(), 'PEM file or PEM text of the certificate shown to visitors.'),
    server_private_key: optional(text(), 'PEM file or PEM text of its key.'),
    mutual_tls_certificate_authorities: optional(
      z.array(text()).max(100),
      "PEM files or PEM texts of the authorities that must vouch for the visitor's certificate.",
    ),
    min_version: optional(z.enum(['1.2', '1.3']), 'Oldest TLS that visitors may speak. Default 1.2.'),
    max_version: optional(z.enum(['1.2', '1.3']), 'Newest TLS that visitors may speak. Default 1.3.'),
  })
  .refine((tls) => tls.server_certificate && tls.server_private_key, {
    error: 'server_certificate and server_private_key are needed both',
    when: isMap,
  })

const schemes = ['http', 'https', 'tcp', 'tls']

/** The scheme of an address, `undefined` for a bare host. */
export const schemeOf = (address: string): string | undefined => /^([^:/]*):\/\//.exec(address)?.[1]?.toLowerCase()

const hasKnownScheme = (address: string): boolean => {
  const scheme = schemeOf(address)
  return scheme === undefined || schemes.includes(scheme)
}

const url = z
  .union([z.string(), z.array(z.string()).length(1)])
  .transform((value) => (typeof value === 'string' ? value : value[0]!))
  .refine(hasKnownScheme, { error: `expected an address that begins with ${schemes.join('://, ')}://, or a host` })

/** One item of `endpoints` (version 3). */
export const endpointSchema = z
  .strictObject({
    name: text().describe('Name, unique in the file; the argument of `tunnel start`.'),
    url: optional(url, 'The public address; empty for a random one.'),
    bindings: optional(
      z.array(z.enum(['public', 'internal', 'kubernetes'])).max(1),
      'Who can reach it: public, internal or kubernetes. Default by the address.',
    ),
    description: optional(text(), 'Shown in the API.'),
    metadata: optional(metadata(), 'Opaque text, shown in the API.'),
    traffic_policy: optional(z.record(z.string(), z.unknown()), 'The traffic policy itself.'),
    traffic_policy_file: optional(text(), 'File that holds the traffic policy.'),
    traffic_policy_url: optional(text(), 'Address that serves the traffic policy.'),
    pooling_enabled: optional(flag(), 'Whether other endpoints may share the address. Default false.'),
    inspect: optional(flag(), 'Whether exchanges are captured. Default true.'),
    upstream: upstream.describe('Where the traffic goes.'),
    agent_tls_termination: optional(agentTlsTermination, 'TLS that ends in the agent; only for tls:// addresses.'),
  })
  .refine((endpoint) => policyKeys.filter((key) => endpoint[key]).length <= 1, {
    error: `only one of ${policyKeys.join(', ')} may be given`,
    when: isMap,
  })
  .refine((endpoint) => !endpoint.agent_tls_termination || endpoint.url?.startsWith('tls://'), {
    path: ['agent_tls_termination'],
    error: 'only an endpoint with a tls:// url can end TLS in the agent',
    when: isMap,
  })

/** An endpoint as the file defines it: same keys, checked and normalised. */
export type EndpointDefinition = z.output<typeof endpointSchema>

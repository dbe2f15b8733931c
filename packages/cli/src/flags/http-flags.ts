import { type EndpointFlags, endpointFlags, later } from './endpoint-flags.ts'
import type { Flag, Standing } from './flag.ts'

export const httpFlags: readonly Flag[] = [
  ...endpointFlags,
  { name: 'host-header', value: 'value', about: 'Host sent to the service: preserve, rewrite or a value.' },
  { name: 'upstream-tls-verify', about: "Verify the service's certificate." },
  { name: 'upstream-tls-verify-cas', value: 'path', about: 'PEM file of the authorities that verify it.' },
  { name: 'domain', value: 'host', standing: useUrl('HOST') },
  { name: 'hostname', value: 'host', standing: useUrl('HOST') },
  { name: 'subdomain', value: 'label', standing: useUrl('LABEL.DOMAIN') },
  // Warned of by its user, since only one scheme alone can be said by --url.
  { name: 'scheme', value: 'schemes', isList: true, choices: ['http', 'https'], standing: { kind: 'inert' } },
  { name: 'inspect', standing: { kind: 'inert' } },
  {
    name: 'upstream-protocol',
    value: 'protocol',
    choices: ['http1', 'http2'],
    about: 'HTTP version that the service speaks: http1, or http2 (gRPC).',
  },
  {
    name: 'app-protocol',
    value: 'protocol',
    choices: ['http1', 'http2'],
    standing: { kind: 'deprecated', warning: 'use --upstream-protocol' },
  },
  { name: 'compression', standing: { kind: 'later' } },
  { name: 'websocket-tcp-converter', standing: { kind: 'later' } },
  ...later(
    'basic-auth',
    'circuit-breaker',
    'mutual-tls-cas',
    'oauth',
    'oauth-allow-domain',
    'oauth-allow-email',
    'oauth-client-id',
    'oauth-client-secret',
    'oauth-scope',
    'oidc',
    'oidc-client-id',
    'oidc-client-secret',
    'oidc-scope',
    'request-header-add',
    'request-header-remove',
    'response-header-add',
    'response-header-remove',
    'ua-filter-allow',
    'ua-filter-deny',
    'verify-webhook',
    'verify-webhook-secret',
  ),
]

export interface HttpFlags extends EndpointFlags {
  readonly upstreamProtocol?: 'http1' | 'http2'
  readonly appProtocol?: 'http1' | 'http2'
  readonly hostHeader?: string
  readonly upstreamTlsVerify?: boolean
  readonly upstreamTlsVerifyCas?: string
  readonly domain?: string
  readonly hostname?: string
  readonly subdomain?: string
  readonly scheme?: readonly ('http' | 'https')[]
}

function useUrl(host: string): Standing {
  return { kind: 'deprecated', warning: `use --url https://${host}` }
}

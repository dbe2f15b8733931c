import { type EndpointFlags, endpointFlags } from './endpoint-flags.ts'
import type { Flag, Standing } from './flag.ts'
import { type InspectFlags, inspectFlags } from './inspect-flags.ts'
import { type ModuleFlags, moduleFlags } from './module-flags.ts'
import { type PolicyFlags, policyFlags } from './policy-flags.ts'

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
  ...inspectFlags,
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
  { name: 'websocket-tcp-converter', about: 'Give the service the bytes of WebSocket messages, over TCP.' },
  { name: 'mutual-tls-cas', value: 'path', about: "PEM file of the authorities that verify visitors' certificates." },
  ...policyFlags,
  ...moduleFlags,
]

export interface HttpFlags extends EndpointFlags, PolicyFlags, ModuleFlags, InspectFlags {
  readonly upstreamProtocol?: 'http1' | 'http2'
  readonly appProtocol?: 'http1' | 'http2'
  readonly hostHeader?: string
  readonly upstreamTlsVerify?: boolean
  readonly upstreamTlsVerifyCas?: string
  readonly websocketTcpConverter?: boolean
  readonly mutualTlsCas?: string
  readonly domain?: string
  readonly hostname?: string
  readonly subdomain?: string
  readonly scheme?: readonly ('http' | 'https')[]
}

function useUrl(host: string): Standing {
  return { kind: 'deprecated', warning: `use --url https://${host}` }
}

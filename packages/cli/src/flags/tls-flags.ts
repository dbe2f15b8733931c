import { type EndpointFlags, endpointFlags } from './endpoint-flags.ts'
import type { Flag, Standing } from './flag.ts'
import { type InspectFlags, inspectBytesFlags } from './inspect-flags.ts'
import { type AddressFilterFlags, addressFilterFlags, type PolicyFlags, policyFlags } from './policy-flags.ts'

export const tlsFlags: readonly Flag[] = [
  ...inspectBytesFlags,
  ...endpointFlags,
  ...policyFlags,
  ...addressFilterFlags,
  {
    name: 'terminate-at',
    value: 'place',
    choices: ['edge', 'agent', 'upstream'],
    about: 'Where TLS ends; agent with --crt, else upstream.',
  },
  { name: 'crt', value: 'path', about: 'PEM file of the certificate shown to visitors.' },
  { name: 'key', value: 'path', about: 'PEM file of its key.' },
  { name: 'mutual-tls-cas', value: 'path', about: "PEM file of the authorities that verify visitors' certificates." },
  { name: 'tls-min-version', value: 'version', choices: ['1.2', '1.3'], about: 'Oldest TLS that visitors may speak.' },
  { name: 'upstream-tls-verify', about: "Verify the service's certificate." },
  { name: 'upstream-tls-verify-cas', value: 'path', about: 'PEM file of the authorities that verify it.' },
  { name: 'cert', value: 'path', standing: { kind: 'deprecated', warning: 'use --crt' } },
  { name: 'domain', value: 'host', standing: useUrl('HOST') },
  { name: 'hostname', value: 'host', standing: useUrl('HOST') },
  { name: 'subdomain', value: 'label', standing: useUrl('LABEL.DOMAIN') },
]

export interface TlsFlags extends InspectFlags, EndpointFlags, PolicyFlags, AddressFilterFlags {
  readonly terminateAt?: 'edge' | 'agent' | 'upstream'
  readonly crt?: string
  readonly cert?: string
  readonly key?: string
  readonly mutualTlsCas?: string
  readonly tlsMinVersion?: '1.2' | '1.3'
  readonly upstreamTlsVerify?: boolean
  readonly upstreamTlsVerifyCas?: string
  readonly domain?: string
  readonly hostname?: string
  readonly subdomain?: string
}

function useUrl(host: string): Standing {
  return { kind: 'deprecated', warning: `use --url tls://${host}` }
}

import type { Flag } from './flag.ts'

/** Flags that `http`, `tcp` and `tls` share. */
export const endpointFlags: readonly Flag[] = [
  { name: 'url', value: 'url', about: 'Public address; a random one without it.' },
  { name: 'name', value: 'name', about: 'Name of the endpoint.' },
  { name: 'description', value: 'text', about: 'Shown in the API.' },
  { name: 'metadata', value: 'text', about: 'Opaque text of the endpoint, shown in the API.' },
  { name: 'binding', value: 'binding', about: 'Who can reach it: public, internal or kubernetes.' },
  { name: 'pooling-enabled', about: 'Let other endpoints share the address.' },
  { name: 'connect', value: 'string', about: 'Connection string of the edge, instead of the configured one.' },
  { name: 'authtoken', value: 'token', about: 'Authtoken, instead of the configured one.' },
  { name: 'region', value: 'region', about: 'Of several edges, those of this region; all of them without it.' },
  {
    name: 'upstream-proxy-protocol',
    value: 'version',
    choices: ['1', '2'],
    mayBeEmpty: true,
    about: 'State the visitor to the service by a PROXY protocol header: 1 or 2.',
  },
  {
    name: 'proxy-proto',
    value: 'version',
    choices: ['1', '2'],
    mayBeEmpty: true,
    standing: { kind: 'deprecated', warning: 'use --upstream-proxy-protocol' },
  },
]

export interface EndpointFlags {
  readonly url?: string
  readonly name?: string
  readonly description?: string
  readonly metadata?: string
  readonly binding?: string
  readonly poolingEnabled?: boolean
  readonly connect?: string
  readonly authtoken?: string
  readonly region?: string
  readonly upstreamProxyProtocol?: '1' | '2' | ''
  readonly proxyProto?: '1' | '2' | ''
}

/** Flags with a value that are to come. */
export function later(...names: readonly string[]): Flag[] {
  return names.map((name) => ({ name, value: 'value', standing: { kind: 'later' } }))
}

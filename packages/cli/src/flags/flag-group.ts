import type { Flag } from './flag.ts'

/** What a flag is about, where a command has many. */
const groups: Readonly<Record<string, readonly string[]>> = {
  'Address:': ['url', 'name', 'description', 'metadata', 'label', 'binding', 'pooling-enabled'],
  'Service:': [
    'host-header',
    'upstream-protocol',
    'upstream-proxy-protocol',
    'upstream-tls-verify',
    'upstream-tls-verify-cas',
    'websocket-tcp-converter',
  ],
  'TLS of visitors:': ['terminate-at', 'crt', 'key', 'mutual-tls-cas', 'tls-min-version'],
  'Traffic:': ['inspect', 'traffic-policy-file', 'traffic-policy-url'],
  'Edge:': ['connect', 'authtoken', 'region'],
}

const groupOfName = new Map(Object.entries(groups).flatMap(([group, names]) => names.map((name) => [name, group])))

/** The heading in help. */
export function flagGroup({ name }: Flag): string {
  return groupOfName.get(name) ?? 'Flags:'
}

/** In the order of the headings, so that those of one stand together. */
export function grouped(flags: readonly Flag[]): Flag[] {
  const order = [...Object.keys(groups), 'Flags:']
  return flags.toSorted((one, other) => order.indexOf(flagGroup(one)) - order.indexOf(flagGroup(other)))
}

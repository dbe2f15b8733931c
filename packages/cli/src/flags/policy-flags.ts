import type { Flag } from './flag.ts'

/** Where the traffic policy of an endpoint comes from. */
export const policyFlags: readonly Flag[] = [
  { name: 'traffic-policy-file', value: 'path', about: 'File with the traffic policy, YAML or JSON.' },
  {
    name: 'traffic-policy-url',
    value: 'url',
    about: 'Address that serves the traffic policy; it is read at the start.',
  },
  {
    name: 'policy-file',
    value: 'path',
    standing: { kind: 'deprecated', warning: 'use --traffic-policy-file' },
  },
]

export interface PolicyFlags {
  readonly trafficPolicyFile?: string
  readonly trafficPolicyUrl?: string
  readonly policyFile?: string
}

/** Of `tcp` and `tls`, where they are not deprecated. */
export const addressFilterFlags: readonly Flag[] = [
  { name: 'cidr-allow', value: 'cidrs', isList: true, about: 'Only visitors from these networks.' },
  { name: 'cidr-deny', value: 'cidrs', isList: true, about: 'No visitors from these networks.' },
]

export interface AddressFilterFlags {
  readonly cidrAllow?: readonly string[]
  readonly cidrDeny?: readonly string[]
}

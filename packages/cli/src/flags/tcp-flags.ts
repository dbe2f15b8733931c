import { type EndpointFlags, endpointFlags } from './endpoint-flags.ts'
import type { Flag } from './flag.ts'
import { type InspectFlags, inspectBytesFlags } from './inspect-flags.ts'
import { type AddressFilterFlags, addressFilterFlags, type PolicyFlags, policyFlags } from './policy-flags.ts'

export const tcpFlags: readonly Flag[] = [
  ...inspectBytesFlags,
  ...endpointFlags,
  ...policyFlags,
  ...addressFilterFlags,
  { name: 'remote-addr', value: 'host:port', standing: { kind: 'deprecated', warning: 'use --url tcp://HOST:PORT' } },
]

export interface TcpFlags extends InspectFlags, EndpointFlags, PolicyFlags, AddressFilterFlags {
  readonly remoteAddr?: string
}

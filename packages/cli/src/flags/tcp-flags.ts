import { type EndpointFlags, endpointFlags } from './endpoint-flags.ts'
import type { Flag } from './flag.ts'

export const tcpFlags: readonly Flag[] = [
  ...endpointFlags,
  { name: 'remote-addr', value: 'host:port', standing: { kind: 'deprecated', warning: 'use --url tcp://HOST:PORT' } },
]

export interface TcpFlags extends EndpointFlags {
  readonly remoteAddr?: string
}

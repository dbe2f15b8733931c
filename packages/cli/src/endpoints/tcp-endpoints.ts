import type { TcpFlags } from '../flags/tcp-flags.ts'
import { DEFAULT_NAME, type EndpointStep } from './endpoint-step.ts'
import { assertSchemeOf, onlyAddress, schemeOf } from './public-address.ts'

/** The endpoint of `tunnel tcp`. */
export function tcpEndpoints(upstream: string, flags: TcpFlags): EndpointStep[] {
  const address = onlyAddress(flags, { url: '--url', remoteAddr: '--remote-addr' })?.value ?? 'tcp://'
  assertSchemeOf('tcp', address)
  const config = {
    proto: 'tcp' as const,
    addr: upstream,
    url: schemeOf(address) === undefined ? `tcp://${address}` : address,
    name: flags.name ?? DEFAULT_NAME,
    description: flags.description,
    metadata: flags.metadata,
    binding: flags.binding,
    pooling_enabled: flags.poolingEnabled,
    proxy_proto: flags.upstreamProxyProtocol ?? flags.proxyProto,
    inspect: flags.inspect ?? false,
  }
  return [() => config]
}

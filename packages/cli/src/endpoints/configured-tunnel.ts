import type { TunnelDefinition } from '@tunnel/agent-config'
import { CliError } from '../cli-error.ts'
import type { HttpFlags } from '../flags/http-flags.ts'
import type { LabeledFlags } from '../flags/labeled-flags.ts'
import type { TcpFlags } from '../flags/tcp-flags.ts'
import type { TlsFlags } from '../flags/tls-flags.ts'
import { policyOfTunnel } from '../policy/policy-of-definition.ts'
import type { PolicyTargets } from '../policy/policy-request.ts'
import { httpTargets, streamTargets } from '../policy/policy-targets.ts'
import { tunnelKeys, unsupportedKeys } from '../supported-keys.ts'
import { withRequestedPolicy } from './configured-policy.ts'
import type { EndpointStep } from './endpoint-step.ts'
import { givenValues } from './given-values.ts'
import { httpEndpoints } from './http-endpoints.ts'
import { labeledEndpoints } from './labeled-endpoints.ts'
import { tcpEndpoints } from './tcp-endpoints.ts'
import { tlsEndpoints } from './tls-endpoints.ts'

/** The endpoints of one entry of `tunnels` in `files`: two where it has both schemes. Rejects with {@link CliError}, or 9026 for its policy. */
export async function configuredTunnel(
  name: string,
  definition: TunnelDefinition,
  files: readonly string[],
): Promise<readonly EndpointStep[]> {
  assertSupported(definition)
  const steps = stepsOf(name, definition)
  return withRequestedPolicy(steps, policyOfTunnel(name, definition, files), targetsOfTunnel(definition))
}

export function targetsOfTunnel({ proto, url, schemes }: TunnelDefinition): PolicyTargets {
  const address = { url: url ?? undefined }
  if (proto === 'tcp' || proto === 'tls') return streamTargets(proto, address)
  return httpTargets({ ...address, scheme: url?.includes('://') ? undefined : (schemes ?? undefined) })
}

function stepsOf(name: string, definition: TunnelDefinition): readonly EndpointStep[] {
  const { addr, proto, labels } = definition
  const shared = { ...sharedFlags(definition), name }
  if (labels) return labeledEndpoints(addr, givenValues<LabeledFlags>({ ...shared, label: labels }))
  if (proto === 'tcp') return tcpEndpoints(addr, givenValues<TcpFlags>({ ...shared, ...tcpFlags(definition) }))
  if (proto === 'tls') return tlsEndpoints(addr, givenValues<TlsFlags>({ ...shared, ...tlsFlags(definition) }))
  return httpEndpoints(addr, givenValues<HttpFlags>({ ...shared, ...httpFlags(definition) }))
}

const sharedFlags = ({ metadata, proxy_proto, inspect }: TunnelDefinition) => ({
  metadata,
  inspect,
  upstreamProxyProtocol: proxy_proto as '1' | '2' | '' | undefined,
})

const addressFlags = ({ url, domain, hostname, subdomain }: TunnelDefinition) => ({ url, domain, hostname, subdomain })

const httpFlags = (definition: TunnelDefinition) => ({
  ...addressFlags(definition),
  // A scheme in the address has said it.
  scheme: definition.url?.includes('://') ? undefined : definition.schemes,
  hostHeader: definition.host_header,
  mutualTlsCas: definition.mutual_tls_cas,
  websocketTcpConverter: definition.websocket_tcp_converter,
})

const tcpFlags = ({ url, remote_addr }: TunnelDefinition) => ({ url, remoteAddr: remote_addr })

const tlsFlags = (definition: TunnelDefinition) => ({
  ...addressFlags(definition),
  terminateAt: definition.terminate_at,
  crt: definition.crt,
  key: definition.key,
  mutualTlsCas: definition.mutual_tls_cas,
})

/** Without one of these keys it would be open to others than the file says, or show them something else. */
function assertSupported(definition: TunnelDefinition): void {
  for (const [key, reason] of unsupportedKeys(definition, tunnelKeys)) {
    if (key === 'mutual_tls_cas' && hasTls(definition)) continue
    if (key === 'websocket_tcp_converter' && isHttp(definition)) continue
    throw new CliError('ERR_CLI_NOT_SUPPORTED', `${key} is not supported yet: ${reason}`)
  }
}

const hasTls = ({ proto, labels }: TunnelDefinition): boolean => !labels && (proto === 'http' || proto === 'tls')
const isHttp = ({ proto, labels }: TunnelDefinition): boolean => !labels && proto === 'http'

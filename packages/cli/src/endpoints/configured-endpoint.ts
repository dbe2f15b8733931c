import type { EndpointDefinition } from '@tunnel/agent-config'
import { CliError } from '../cli-error.ts'
import type { HttpFlags } from '../flags/http-flags.ts'
import type { TcpFlags } from '../flags/tcp-flags.ts'
import type { TlsFlags } from '../flags/tls-flags.ts'
import { policyOfEndpoint } from '../policy/policy-of-definition.ts'
import type { PolicyTargets } from '../policy/policy-request.ts'
import { httpTargets, streamTargets } from '../policy/policy-targets.ts'
import { endpointKeys, terminationKeys, unsupportedKeys, upstreamKeys } from '../supported-keys.ts'
import { assertCaFile } from './assert-ca-file.ts'
import { withRequestedPolicy } from './configured-policy.ts'
import type { EndpointStep } from './endpoint-step.ts'
import { givenValues } from './given-values.ts'
import { httpEndpoints } from './http-endpoints.ts'
import { schemeOf } from './public-address.ts'
import { tcpEndpoints } from './tcp-endpoints.ts'
import { tlsEndpoints } from './tls-endpoints.ts'

/** The endpoints of one entry of `endpoints` in `files`. Rejects with {@link CliError}, or 9026 for its policy. */
export async function configuredEndpoint(
  definition: EndpointDefinition,
  files: readonly string[],
): Promise<readonly EndpointStep[]> {
  assertSupported(definition)
  const { upstream } = definition
  if (upstream.tls_verify_cas) assertCaFile(upstream.tls_verify_cas, 'upstream.tls_verify_cas')
  const steps = stepsOf(definition, upstream.url)
  return withRequestedPolicy(steps, policyOfEndpoint(definition, files), targetsOfEndpoint(definition))
}

/** Without one of these keys it would be open to others than the file says, or show them something else. */
function assertSupported(definition: EndpointDefinition): void {
  const [first] = [
    ...unsupportedKeys(definition, endpointKeys),
    ...unsupportedKeys(definition.upstream, upstreamKeys),
    ...unsupportedKeys(definition.agent_tls_termination ?? {}, terminationKeys),
  ]
  if (first) throw new CliError('ERR_CLI_NOT_SUPPORTED', `${first[0]} is not supported yet: ${first[1]}`)
}

export function targetsOfEndpoint({ url = '', bindings }: EndpointDefinition): PolicyTargets {
  const address = { url: url || undefined, binding: bindings?.[0] }
  const scheme = schemeOf(url ?? '')
  return scheme === 'tcp' || scheme === 'tls' ? streamTargets(scheme, address) : httpTargets(address)
}

function stepsOf(definition: EndpointDefinition, addr: string): readonly EndpointStep[] {
  const scheme = schemeOf(definition.url ?? '')
  if (scheme === 'tcp') return tcpEndpoints(addr, givenValues<TcpFlags>(sharedFlags(definition)))
  if (scheme === 'tls') return withCertificate(tlsEndpoints(addr, tlsFlags(definition)), definition)
  return httpEndpoints(addr, httpFlags(definition))
}

function sharedFlags(definition: EndpointDefinition) {
  const { name, url, description, metadata, bindings, pooling_enabled, inspect, upstream } = definition
  return {
    name,
    url: url || undefined,
    description,
    metadata,
    binding: bindings?.[0],
    poolingEnabled: pooling_enabled,
    inspect,
    upstreamProxyProtocol: upstream.proxy_protocol && (`${upstream.proxy_protocol}` as const),
  }
}

function httpFlags(definition: EndpointDefinition): HttpFlags {
  const { upstream } = definition
  return givenValues<HttpFlags>({
    ...sharedFlags(definition),
    upstreamProtocol: upstream.protocol,
    upstreamTlsVerify: upstream.tls_verify,
    upstreamTlsVerifyCas: upstream.tls_verify_cas,
  })
}

function tlsFlags(definition: EndpointDefinition): TlsFlags {
  const { upstream, agent_tls_termination: termination } = definition
  return givenValues<TlsFlags>({
    ...sharedFlags(definition),
    upstreamTlsVerify: upstream.tls_verify,
    upstreamTlsVerifyCas: upstream.tls_verify_cas,
    terminateAt: termination ? 'agent' : undefined,
    crt: termination?.server_certificate,
    key: termination?.server_private_key,
    tlsMinVersion: termination?.min_version,
  })
}

/** A file may name several authorities, a flag one. */
function withCertificate(steps: readonly EndpointStep[], definition: EndpointDefinition): readonly EndpointStep[] {
  const authorities = definition.agent_tls_termination?.mutual_tls_certificate_authorities
  if (!authorities) return steps
  return steps.map(
    (step): EndpointStep =>
      async (session, before) => ({ ...(await step(session, before)), mutual_tls_cas: authorities }),
  )
}

import { CliError } from '../cli-error.ts'
import type { HttpFlags } from '../flags/http-flags.ts'
import { baseDomain } from './base-domain.ts'
import { DEFAULT_NAME, type EndpointStep } from './endpoint-step.ts'
import { assertSchemeOf, hostOf, onlyAddress, schemeOf } from './public-address.ts'

type Scheme = 'http' | 'https'

const addressFlags = { url: '--url', domain: '--domain', hostname: '--hostname', subdomain: '--subdomain' }

/** The endpoints of `tunnel http`: one, or with both schemes two that share a host. Throws {@link CliError}. */
export function httpEndpoints(upstream: string, flags: HttpFlags): EndpointStep[] {
  const address = onlyAddress(flags, addressFlags)
  const schemes = schemesOf(flags)
  if (address?.name === 'url') assertSchemeOf('http', address.value)
  assertTlsEverywhere(flags, schemes)
  const name = flags.name ?? DEFAULT_NAME
  const common = {
    proto: 'http' as const,
    addr: upstream,
    description: flags.description,
    metadata: flags.metadata,
    binding: flags.binding,
    pooling_enabled: flags.poolingEnabled,
    app_protocol: flags.upstreamProtocol ?? flags.appProtocol,
    proxy_proto: flags.upstreamProxyProtocol ?? flags.proxyProto,
    host_header: flags.hostHeader,
    verify_upstream_tls: flags.upstreamTlsVerify ?? flags.upstreamTlsVerifyCas !== undefined,
    upstream_tls_ca_file: flags.upstreamTlsVerifyCas,
    mutual_tls_cas: flags.mutualTlsCas,
    websocket_tcp_converter: flags.websocketTcpConverter,
    inspect: flags.inspect,
  }
  const [scheme, second] = schemes
  const first: EndpointStep = async (session) => {
    const url =
      address?.name === 'subdomain'
        ? `${scheme}://${address.value}.${await baseDomain(session, scheme)}`
        : urlOf(address?.value, scheme)
    return { ...common, name, url }
  }
  if (second === undefined) return [first]
  const sameHost: EndpointStep = (_session, before) => {
    const https = before.at(-1)
    return { ...common, name: `${name} (${second})`, url: `${second}://${https ? hostOf(https.url()) : ''}` }
  }
  return [first, sameHost]
}

/** Over plain http everybody would come in without the certificate that is asked for. */
function assertTlsEverywhere({ mutualTlsCas, url }: HttpFlags, schemes: readonly (Scheme | undefined)[]): void {
  if (mutualTlsCas === undefined) return
  if (schemes.includes('http') || (url !== undefined && schemeOf(url) === 'http'))
    throw new CliError('ERR_CLI_USAGE', '--mutual-tls-cas needs https: an http address asks nobody for a certificate')
}

/** https goes first: the other one takes over its host. */
function schemesOf({ scheme, url }: HttpFlags): readonly [Scheme, Scheme?] {
  if (scheme && url !== undefined && schemeOf(url) !== undefined) {
    throw new CliError('ERR_CLI_USAGE', '--url has a scheme: leave --scheme out, or the scheme of --url')
  }
  if (!scheme?.includes('http')) return ['https']
  return scheme.includes('https') ? ['https', 'http'] : ['http']
}

function urlOf(address: string | undefined, scheme: Scheme): string {
  if (address === undefined) return `${scheme}://`
  return schemeOf(address) === undefined ? `${scheme}://${address}` : address
}

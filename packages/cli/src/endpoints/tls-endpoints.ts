import { CliError } from '../cli-error.ts'
import type { TlsFlags } from '../flags/tls-flags.ts'
import { baseDomain } from './base-domain.ts'
import { DEFAULT_NAME, type EndpointStep } from './endpoint-step.ts'
import { assertSchemeOf, onlyAddress, schemeOf } from './public-address.ts'

const addressFlags = { url: '--url', domain: '--domain', hostname: '--hostname', subdomain: '--subdomain' }

/** The endpoint of `tunnel tls`. Throws {@link CliError}. */
export function tlsEndpoints(upstream: string, flags: TlsFlags): EndpointStep[] {
  const address = onlyAddress(flags, addressFlags)
  if (address?.name === 'url') assertSchemeOf('tls', address.value)
  const config = {
    proto: 'tls' as const,
    addr: upstream,
    name: flags.name ?? DEFAULT_NAME,
    description: flags.description,
    metadata: flags.metadata,
    binding: flags.binding,
    pooling_enabled: flags.poolingEnabled,
    proxy_proto: flags.upstreamProxyProtocol ?? flags.proxyProto,
    inspect: flags.inspect ?? false,
    terminate_at: flags.terminateAt,
    ...certificateOf(flags),
    mutual_tls_cas: flags.mutualTlsCas,
    tls_min_version: flags.tlsMinVersion,
    verify_upstream_tls: flags.upstreamTlsVerify ?? flags.upstreamTlsVerifyCas !== undefined,
    upstream_tls_ca_file: flags.upstreamTlsVerifyCas,
  }
  return [
    async (session) => {
      if (address?.name !== 'subdomain') return { ...config, url: urlOf(address?.value) }
      return { ...config, url: `tls://${address.value}.${await baseDomain(session, 'https')}` }
    },
  ]
}

/** Whether a certificate of the user's own is shown to visitors at an address that it cannot be for. */
export function isRandomWithOwnCertificate(flags: TlsFlags): boolean {
  const { terminateAt, url, domain, hostname, subdomain } = flags
  const isRandom = (url ?? domain ?? hostname ?? subdomain ?? '').replace(/^tls:\/\//i, '') === ''
  return isRandom && (terminateAt !== 'edge' || (flags.crt ?? flags.cert) !== undefined)
}

function certificateOf({ crt, cert, key }: TlsFlags): { crt: string | undefined; key: string | undefined } {
  if (crt !== undefined && cert !== undefined)
    throw new CliError('ERR_CLI_USAGE', '--crt and --cert are the same: give one')
  const given = crt ?? cert
  if ((given === undefined) !== (key === undefined)) {
    throw new CliError('ERR_CLI_USAGE', `--${given === undefined ? 'key needs --crt' : 'crt needs --key'} beside it`)
  }
  return { crt: given, key }
}

function urlOf(address: string | undefined): string {
  if (address === undefined) return 'tls://'
  return schemeOf(address) === undefined ? `tls://${address}` : address
}

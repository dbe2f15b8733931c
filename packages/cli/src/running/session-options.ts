import type { AgentConfig } from '@tunnel/agent-config'
import type { NetworkOptions, SessionOptions } from '@tunnel/agent-core'
import { CliError } from '../cli-error.ts'
import type { Surroundings } from '../surroundings.ts'
import { CLI_VERSION } from '../version.ts'

/** Settings and flags as the session takes them. Throws `ERR_CLI_NO_EDGE` where nothing names an edge. */
export function sessionOptions(
  config: AgentConfig,
  flags: { authtoken?: string | undefined; region?: string | undefined; sessionMetadata?: string | undefined },
  env: Surroundings['env'] = {},
): SessionOptions {
  const { connect, connectionString } = config
  if (connectionString === undefined && connect.url === undefined) throw noEdge()
  return {
    connect: connectionString,
    serverAddr: connect.urls.length > 0 ? connect.urls : undefined,
    region: flags.region || connect.region,
    trust: trustOf(config),
    authtoken: flags.authtoken ?? config.authtoken,
    metadata: flags.sessionMetadata ?? config.metadata,
    heartbeatIntervalMs: connect.heartbeatIntervalMs,
    heartbeatToleranceMs: connect.heartbeatToleranceMs,
    connectTimeoutMs: connect.timeoutMs,
    ...networkOptions(config),
    remoteManagement: config.remoteManagement,
    keepTrying: true,
    userAgent: `tunnel-cli/${CLI_VERSION}`,
    env: proxyVariables(env),
  }
}

function networkOptions({ connect }: AgentConfig): NetworkOptions {
  return {
    proxyUrl: connect.proxyUrl,
    dnsResolverIps: connect.dnsResolverIps,
    dnsFallbackIps: connect.dnsFallbackIps,
    dnsOverHttpsUrls: connect.dnsOverHttpsUrls,
    fallbackAddresses: connect.addresses,
    connectInterface: connect.interface,
    tcpKeepAliveMs: connect.tcpKeepAliveMs,
    tlsMinVersion: connect.tlsMinVersion,
    crlUrl: connect.crlVerify ? connect.crlUrl : undefined,
  }
}

/** All else was read into the settings; which proxy an edge needs, the session knows. */
function proxyVariables(env: Surroundings['env']): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => /^(https?|all|no)_proxy$/i.test(name)))
}

function trustOf({ connect: { cas } }: AgentConfig): SessionOptions['trust'] {
  if (cas.kind === 'fingerprint') return { caFingerprint: cas.sha256 }
  if (cas.kind === 'file') return { caFile: cas.path }
  return cas.kind === 'host' ? 'host' : undefined
}

function noEdge(): CliError {
  const lines = [
    'there is no edge to connect to. Take the connection string that the edge prints, and save it with',
    '',
    '  tunnel config add-server CONNECTION_STRING',
    '',
    'or set TUNNEL_CONNECT to it.',
  ]
  return new CliError('ERR_CLI_NO_EDGE', lines.join('\n'))
}

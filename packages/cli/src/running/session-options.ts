import type { AgentConfig } from '@tunnel/agent-config'
import type { SessionOptions } from '@tunnel/agent-core'
import { CliError } from '../cli-error.ts'
import { CLI_VERSION } from '../version.ts'

/** Settings and flags as the session takes them. Throws `ERR_CLI_NO_EDGE` where nothing names an edge. */
export function sessionOptions(
  config: AgentConfig,
  flags: { authtoken?: string | undefined; sessionMetadata?: string | undefined },
): SessionOptions {
  const { connect, connectionString } = config
  if (connectionString === undefined && connect.url === undefined) throw noEdge()
  return {
    connect: connectionString,
    serverAddr: connect.urls.length > 0 ? connect.urls : undefined,
    trust: trustOf(config),
    authtoken: flags.authtoken ?? config.authtoken,
    metadata: flags.sessionMetadata ?? config.metadata,
    heartbeatIntervalMs: connect.heartbeatIntervalMs,
    heartbeatToleranceMs: connect.heartbeatToleranceMs,
    connectTimeoutMs: connect.timeoutMs,
    keepTrying: true,
    userAgent: `tunnel-cli/${CLI_VERSION}`,
    // It was read into the settings.
    env: {},
  }
}

function trustOf({ connect: { cas } }: AgentConfig): SessionOptions['trust'] {
  if (cas.kind === 'fingerprint') return { caFingerprint: cas.sha256 }
  if (cas.kind === 'file') return { caFile: cas.path }
  return cas.kind === 'host' ? 'host' : undefined
}

/** Settings that are read and have no effect yet: who relies on one has to know. */
export function idleSettings({ connect }: AgentConfig): string[] {
  const idle = {
    proxy_url: connect.proxyUrl,
    connect_interface: connect.interface,
    dns_resolver_ips: connect.dnsResolverIps[0],
    crl_url: connect.crlUrl,
  }
  return Object.entries(idle).flatMap(([name, value]) =>
    value === undefined ? [] : [`the setting ${name} is not supported yet and has no effect`],
  )
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

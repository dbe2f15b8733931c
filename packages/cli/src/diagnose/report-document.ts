import type { AgentConfig } from '@tunnel/agent-config'
import type { Diagnosis } from '@tunnel/agent-core'
import type { Surroundings } from '../surroundings.ts'
import { CLI_VERSION } from '../version.ts'

/** What `--json` prints and `--write-report` writes: the diagnosis, the environment and the settings, without a secret. */
export function reportDocument(diagnosis: Diagnosis, config: AgentConfig, { platform, now }: Surroundings): object {
  const { connect } = config
  return {
    writtenAt: (now?.() ?? new Date()).toISOString(),
    version: CLI_VERSION,
    node: process.version,
    platform,
    arch: process.arch,
    settings: {
      files: config.files,
      hasAuthtoken: config.authtoken !== undefined || config.connectionString !== undefined,
      connectUrls: connect.urls.map(withoutToken),
      connectCas: connect.cas,
      proxyUrl: connect.proxyUrl === undefined ? undefined : withoutToken(connect.proxyUrl),
      dnsResolverIps: connect.dnsResolverIps,
      dnsFallbackIps: connect.dnsFallbackIps,
      dnsOverHttpsUrls: connect.dnsOverHttpsUrls.map(withoutToken),
      connectAddresses: connect.addresses,
      connectInterface: connect.interface,
      connectTimeoutMs: connect.timeoutMs,
      heartbeatIntervalMs: connect.heartbeatIntervalMs,
      heartbeatToleranceMs: connect.heartbeatToleranceMs,
      tlsMinVersion: connect.tlsMinVersion,
      crlUrl: connect.crlUrl === undefined ? undefined : withoutToken(connect.crlUrl),
    },
    ...diagnosis,
  }
}

/** What stands before the host of a URL may be a credential, and so may its query. */
function withoutToken(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//').replace(/\?.*$/s, '')
}

import type { AgentConfig, RedactConfig } from './agent-config.ts'
import type { AgentFile } from './agent-file.ts'
import type { AgentEnvironment } from './environment.ts'
import type { AgentSettings } from './file-schema.ts'

/** Puts file, environment and defaults together. */
export const withDefaults = (
  file: AgentFile | undefined,
  environment: AgentEnvironment,
): Omit<AgentConfig, 'files' | 'warnings'> => {
  const settings: AgentSettings = file?.settings ?? {}
  const { connectionString } = environment
  // A connection string is a whole pairing: half of another one beside it would send a token to the wrong edge.
  const paired: AgentSettings = connectionString === undefined ? settings : {}
  const edges = [paired.connect_url, ...(paired.connect_urls ?? [])].filter((url) => typeof url === 'string')
  return {
    version: file?.version,
    authtoken: environment.authtoken ?? paired.authtoken ?? undefined,
    apiKey: environment.apiKey ?? settings.api_key ?? undefined,
    connectionString,
    connect: {
      url: edges[0],
      urls: edges,
      region: paired.region || undefined,
      cas: paired.connect_cas ?? { kind: 'trusted' },
      timeoutMs: settings.connect_timeout ?? 10_000,
      heartbeatIntervalMs: settings.heartbeat_interval ?? 10_000,
      heartbeatToleranceMs: settings.heartbeat_tolerance ?? 15_000,
      proxyUrl: settings.proxy_url ?? undefined,
      interface: settings.connect_interface ?? undefined,
      dnsResolverIps: settings.dns_resolver_ips ?? [],
      dnsFallbackIps: settings.dns_fallback_ips ?? [],
      dnsOverHttpsUrls: settings.dns_over_https_urls ?? [],
      addresses: settings.connect_addresses ?? [],
      tcpKeepAliveMs: settings.tcp_keepalive ?? 15_000,
      tlsMinVersion: settings.connect_tls_min_version ?? '1.3',
      crlUrl: settings.crl_url ?? undefined,
      crlVerify: !(settings.crl_noverify ?? false),
    },
    metadata: settings.metadata ?? undefined,
    console: {
      ui: typeof settings.console_ui === 'boolean' ? settings.console_ui : 'iftty',
      color: settings.console_ui_color ?? 'black',
    },
    log: {
      target: settings.log ?? undefined,
      format: settings.log_format ?? 'term',
      level: settings.log_level ?? 'info',
    },
    inspector: {
      webAddr: settings.web_addr ?? undefined,
      webAllowHosts: settings.web_allow_hosts ?? [],
      dbSizeBytes: settings.inspect_db_size ?? 0,
      localStorage: settings.local_storage ?? true,
      redact: settings.inspect_redact ? withoutNulls(settings.inspect_redact) : undefined,
      spool:
        typeof settings.inspect_spool === 'string'
          ? { directory: settings.inspect_spool, sizeBytes: settings.inspect_spool_size ?? 0 }
          : undefined,
    },
    remoteManagement: settings.remote_management ?? true,
    update: { check: settings.update_check ?? true, channel: settings.update_channel ?? 'stable' },
    endpoints: file?.endpoints ?? [],
    tunnels: new Map(Object.entries(file?.tunnels ?? {})),
    stated: statedKeys(settings),
  }
}

const statedKeys = (settings: AgentSettings) =>
  (Object.keys(settings) as (keyof AgentSettings)[]).filter((key) => (settings[key] ?? null) !== null)

const withoutNulls = (rules: NonNullable<AgentSettings['inspect_redact']>): RedactConfig => ({
  headers: rules.headers ?? [],
  query: rules.query ?? [],
  json: rules.json ?? [],
  texts: rules.texts ?? [],
  patterns: rules.patterns ?? [],
  expressions: rules.expressions ?? [],
})

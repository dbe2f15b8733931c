import type { AgentConfig } from './agent-config.ts'
import type { AgentEnvironment } from './environment.ts'
import type { AgentConfigFile, AgentSettings } from './file-schema.ts'

/** Puts file, environment and defaults together. */
export const withDefaults = (
  file: AgentConfigFile | undefined,
  environment: AgentEnvironment,
): Omit<AgentConfig, 'files' | 'warnings'> => {
  const settings = settingsOf(file)
  const { connectionString } = environment
  // A connection string is a whole pairing: half of another one beside it would send a token to the wrong edge.
  const paired: AgentSettings = connectionString === undefined ? settings : {}
  const edges = [paired.connect_url, ...(paired.connect_urls ?? [])].filter((url) => typeof url === 'string')
  return {
    version: file && (isVersion3(file) ? 3 : 2),
    authtoken: environment.authtoken ?? paired.authtoken ?? undefined,
    apiKey: environment.apiKey ?? settings.api_key ?? undefined,
    connectionString,
    connect: {
      url: edges[0],
      urls: edges,
      cas: paired.connect_cas ?? { kind: 'trusted' },
      timeoutMs: settings.connect_timeout ?? 10_000,
      heartbeatIntervalMs: settings.heartbeat_interval ?? 10_000,
      heartbeatToleranceMs: settings.heartbeat_tolerance ?? 15_000,
      proxyUrl: settings.proxy_url ?? undefined,
      interface: settings.connect_interface ?? undefined,
      dnsResolverIps: settings.dns_resolver_ips ?? [],
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
    },
    remoteManagement: settings.remote_management ?? true,
    update: { check: settings.update_check ?? true, channel: settings.update_channel ?? 'stable' },
    endpoints: (file && isVersion3(file) ? file.endpoints : undefined) ?? [],
    tunnels: new Map(Object.entries(file?.tunnels ?? {})),
  }
}

type Version3 = Extract<AgentConfigFile, { version: 3 | '3' }>

const isVersion3 = (file: AgentConfigFile): file is Version3 => file.version === 3 || file.version === '3'

/** The settings under the names of version 3. */
const settingsOf = (file: AgentConfigFile | undefined): AgentSettings => {
  if (file === undefined) return {}
  if (isVersion3(file)) return file.agent ?? {}
  return { ...file, connect_url: file.server_addr, connect_cas: file.root_cas }
}

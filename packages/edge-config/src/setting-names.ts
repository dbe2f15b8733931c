import type { SettingKey } from './settings-schema.ts'

/** `http_addr` on the command line: `--http-addr`. */
export const flagOf = (key: string): string => `--${key.replaceAll('_', '-')}`

export const variablePrefix = 'TUNNEL_EDGE_'

/** `http_addr` in the environment: `TUNNEL_EDGE_HTTP_ADDR`. */
export const variableOf = (key: string): string => variablePrefix + key.toUpperCase()

/** Names the file of settings; not a setting itself, as a file cannot name itself. */
export const fileKey = 'config'

/** Settings that may be given several times on the command line. */
export const isRepeatable = (key: SettingKey): boolean => repeatable.includes(key)

const repeatable: readonly SettingKey[] = [
  'domain',
  'proxy_protocol_from',
  'certificates',
  'reserved',
  'policy_request_hosts',
  'geo_databases',
]

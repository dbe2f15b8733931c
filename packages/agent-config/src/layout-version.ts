/** Versions of the file's layout. The first one had no `version` key. */
export type LayoutVersion = 1 | 2 | 3

const version3Keys = ['agent', 'endpoints']
const version1Keys = ['http_proxy', 'socks5_proxy', 'update']
const version1TunnelKeys = ['auth', 'bind_tls', 'client_cas']
const sharedTunnelKeys = 'addr crt host_header hostname inspect key metadata proto remote_addr subdomain'.split(' ')

/** The layout of a file: what it states, else what it looks like. `undefined` for one that says nothing, and for an unknown version. */
export const layoutVersionOf = (data: unknown): LayoutVersion | undefined => {
  const stated = (data as { version?: unknown } | null | undefined)?.version ?? null
  if (stated === null) return impliedVersion(data)
  return ['2', '3'].includes(String(stated)) ? (Number(stated) as 2 | 3) : undefined
}

/**
 * The layout that a file without `version` looks like: 3 by its top-level keys, 2 where a tunnel has a key that came with it,
 * else 1. `undefined` where it has nothing to go by.
 */
export const impliedVersion = (data: unknown): LayoutVersion | undefined => {
  const keys = keysOf(data)
  if (keys.some((key) => version3Keys.includes(key))) return 3
  if (keys.every((key) => key === 'version')) return undefined
  if (isSurelyVersion1(data)) return 1
  return tunnelKeysOf(data).some((key) => !sharedTunnelKeys.includes(key)) ? 2 : 1
}

/** Whether a key says so that no later version has. */
export const isSurelyVersion1 = (data: unknown): boolean =>
  keysOf(data).some((key) => version1Keys.includes(key)) ||
  tunnelKeysOf(data).some((key) => version1TunnelKeys.includes(key))

/** Whether it has tunnels, whose defaults changed with version 2. */
export const hasTunnels = (data: unknown): boolean => tunnelKeysOf(data).length > 0

const tunnelKeysOf = (data: unknown): string[] => {
  const tunnels = (data as { tunnels?: unknown } | null | undefined)?.tunnels
  return keysOf(tunnels).flatMap((name) => keysOf((tunnels as Record<string, unknown>)[name]))
}

const keysOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []

import type { AgentFile } from './agent-file.ts'

/**
 * Several files as one, the later over the earlier: a setting replaces the earlier one, a list too, a tunnel the one of its name;
 * `endpoints` is a list, so a later one replaces all of the earlier. A key with nothing after it replaces nothing.
 */
export const mergeFiles = (files: readonly AgentFile[]): AgentFile | undefined =>
  files.length === 0 ? undefined : files.reduce(mergeTwo)

const mergeTwo = (earlier: AgentFile, later: AgentFile): AgentFile => ({
  version: later.version,
  settings: { ...earlier.settings, ...stated(later.settings) },
  endpoints: later.endpoints ?? earlier.endpoints,
  tunnels: { ...earlier.tunnels, ...later.tunnels },
})

const stated = <T extends object>(settings: T): Partial<T> =>
  Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined && value !== null),
  ) as Partial<T>

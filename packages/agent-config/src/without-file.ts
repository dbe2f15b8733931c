import { accessSync } from 'node:fs'
import type { AgentConfig } from './agent-config.ts'
import { environmentOf, namedConfigPaths } from './environment.ts'
import { defaultConfigPath, type Machine, ngrokConfigPaths } from './locations.ts'
import { withDefaults } from './with-defaults.ts'

/**
 * The settings of an agent without a file: environment over default. `undefined` where a file is named, or anything stands in
 * one of its places; then `loadAgentConfig` has the answer.
 *
 * It is a module of its own because it loads no YAML and no schemas, which are a tenth of an agent's memory.
 */
export const configWithoutFile = (
  options: Machine & { readonly explicitPaths?: readonly string[] | undefined },
): AgentConfig | undefined => {
  if (namedConfigPaths(options).length > 0) return undefined
  if (![defaultConfigPath(options), ...ngrokConfigPaths(options)].every(isAbsent)) return undefined
  return { ...withDefaults(undefined, environmentOf(options)), files: [], warnings: [] }
}

/** Only what is surely not there: of a file that cannot be looked at, `loadAgentConfig` says why. */
const isAbsent = (path: string): boolean => {
  try {
    accessSync(path)
    return false
  } catch (cause) {
    return ['ENOENT', 'ENOTDIR'].includes(String((cause as NodeJS.ErrnoException).code))
  }
}

import { ConfigFileError, invalidConfigError, parseConfigFile, readConfigText } from '@tunnel/config-file'
import type { AgentConfig } from './agent-config.ts'
import { environmentOf, namedConfigPath } from './environment.ts'
import { type AgentConfigFile, fileSchema } from './file-schema.ts'
import { defaultConfigPath, type Machine, ngrokConfigPaths } from './locations.ts'
import { withDefaults } from './with-defaults.ts'

export interface LoadAgentConfigOptions extends Machine {
  /** The file of `--config`; it must exist. */
  readonly explicitPath?: string | undefined
  /**
   * Gives the text of a file, or throws `ConfigFileError`.
   *
   * @default readConfigText of `@tunnel/config-file`
   */
  readonly readText?: (path: string) => string
}

/**
 * Reads the agent's settings: environment over file over default.
 *
 * The file is `explicitPath`, else the one that `TUNNEL_CONFIG` (or `NGROK_CONFIG`) names, else {@link defaultConfigPath},
 * else {@link ngrokConfigPaths}. A named file must exist; without a default one the agent runs on defaults.
 * `TUNNEL_AUTHTOKEN`, `TUNNEL_API_KEY` (or the `NGROK_` ones where those are unset) and `TUNNEL_CONNECT` are read too.
 *
 * Throws `ConfigFileError`: `ERR_CONFIG_INVALID` with all faults, `ERR_CONFIG_NOT_FOUND`, `ERR_CONFIG_UNREADABLE`
 * or `ERR_CONFIG_TOO_LARGE`. Reads synchronously, as it runs before anything else does.
 */
export const loadAgentConfig = (options: LoadAgentConfigOptions): AgentConfig => {
  const environment = environmentOf(options)
  const found = findFile(options)
  if (found === undefined) return { ...withDefaults(undefined, environment), files: [], warnings: [] }
  const parsed = parseConfigFile(found.text, fileSchema, { file: found.path })
  if (!parsed.ok) throw invalidConfigError(parsed.faults)
  const warnings = [...found.warnings, ...warningsOf(parsed.data, found.path)]
  return { ...withDefaults(parsed.data, environment), files: [found.path], warnings }
}

interface FoundFile {
  readonly path: string
  readonly text: string
  readonly warnings: readonly string[]
}

const findFile = (options: LoadAgentConfigOptions): FoundFile | undefined => {
  const { readText = readConfigText } = options
  const named = namedConfigPath(options)
  if (named !== undefined) return { path: named, text: readText(named), warnings: [] }

  const own = defaultConfigPath(options)
  const text = textIfThere(own, readText)
  if (text !== undefined) return { path: own, text, warnings: [] }
  for (const path of ngrokConfigPaths(options)) {
    const foreign = textIfThere(path, readText)
    if (foreign === undefined) continue
    return { path, text: foreign, warnings: [`${path}: read because there is no ${own}; copy it there to keep it`] }
  }
  return undefined
}

const textIfThere = (path: string, readText: (path: string) => string): string | undefined => {
  try {
    return readText(path)
  } catch (error) {
    if (error instanceof ConfigFileError && error.code === 'ERR_CONFIG_NOT_FOUND') return undefined
    throw error
  }
}

const warningsOf = (file: AgentConfigFile, path: string): string[] =>
  'region' in file && file.region ? [`${path}: \`region\` has no effect; the edge is named by \`server_addr\``] : []

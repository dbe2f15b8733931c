import { type ConfigFault, ConfigFileError, invalidConfigError, readConfigText } from '@tunnel/config-file'
import type { AgentConfig } from './agent-config.ts'
import type { AgentFile } from './agent-file.ts'
import { environmentOf, namedConfigPaths } from './environment.ts'
import { defaultConfigPath, type Machine, ngrokConfigPaths } from './locations.ts'
import { mergeFiles } from './merge-files.ts'
import { readAgentFile, type SoundAgentFile } from './read-agent-file.ts'
import { withDefaults } from './with-defaults.ts'

export interface LoadAgentConfigOptions extends Machine {
  /** The files of `--config`, merged in this order; they must exist. */
  readonly explicitPaths?: readonly string[] | undefined
  /**
   * Gives the text of a file, or throws `ConfigFileError`.
   *
   * @default readConfigText of `@tunnel/config-file`
   */
  readonly readText?: (path: string) => string
}

/**
 * Reads the agent's settings: environment over files over default.
 *
 * The files are `explicitPaths`, a later one over an earlier one; else the one that `TUNNEL_CONFIG` (or `NGROK_CONFIG`) names, else
 * {@link defaultConfigPath}, else {@link ngrokConfigPaths}. A named file must exist; without a default one the agent runs on defaults.
 * `TUNNEL_AUTHTOKEN`, `TUNNEL_API_KEY` (or the `NGROK_` ones where those are unset) and `TUNNEL_CONNECT` are read too.
 *
 * Throws `ConfigFileError`: `ERR_CONFIG_INVALID` with all faults of all files, `ERR_CONFIG_NOT_FOUND`, `ERR_CONFIG_UNREADABLE`
 * or `ERR_CONFIG_TOO_LARGE`. Reads synchronously, as it runs before anything else does.
 */
export const loadAgentConfig = (options: LoadAgentConfigOptions): AgentConfig => {
  const found = findFiles(options)
  const { file, warnings } = readAll(found)
  return {
    ...withDefaults(file, environmentOf(options)),
    files: found.map(({ path }) => path),
    warnings: [...found.flatMap((one) => one.warning ?? []), ...warnings],
  }
}

interface FoundFile {
  readonly path: string
  readonly text: string
  readonly warning?: string
}

const findFiles = (options: LoadAgentConfigOptions): FoundFile[] => {
  const { readText = readConfigText } = options
  const named = namedConfigPaths(options)
  if (named.length > 0) return named.map((path) => ({ path, text: readText(path) }))

  const own = defaultConfigPath(options)
  const text = textIfThere(own, readText)
  if (text !== undefined) return [{ path: own, text }]
  for (const path of ngrokConfigPaths(options)) {
    const foreign = textIfThere(path, readText)
    if (foreign === undefined) continue
    const warning = `${path}: read because there is no ${own}; \`tunnel config upgrade --relocate\` copies it there`
    return [{ path, text: foreign, warning }]
  }
  return []
}

const textIfThere = (path: string, readText: (path: string) => string): string | undefined => {
  try {
    return readText(path)
  } catch (error) {
    if (error instanceof ConfigFileError && error.code === 'ERR_CONFIG_NOT_FOUND') return undefined
    throw error
  }
}

const readAll = (found: readonly FoundFile[]): { file: AgentFile | undefined; warnings: readonly string[] } => {
  const read = found.map(({ path, text }) => readAgentFile(text, path))
  const faults = read.flatMap((one) => (one.ok ? [] : one.faults))
  const sound = read.filter((one) => one.ok)
  faults.push(...faultsBetween(sound))
  const file = mergeFiles(sound.map((one) => one.file))
  if (faults.length === 0 && file) faults.push(...doubleNames(file, sound))
  if (faults.length > 0) throw invalidConfigError(faults)
  return { file, warnings: sound.flatMap(({ warnings }) => warnings) }
}

/** Each version has its own names for things: what a merge of two would mean cannot be told. */
const faultsBetween = (files: readonly SoundAgentFile[]): ConfigFault[] => {
  const [first] = files
  return files
    .filter(({ file }) => file.version !== first?.file.version)
    .map(({ file, versionFault }) =>
      versionFault(
        `version ${file.version}, and ${first?.path} is version ${first?.file.version}: use one in all files`,
      ),
    )
}

/** Both are started by name. */
const doubleNames = (file: AgentFile, files: readonly SoundAgentFile[]): ConfigFault[] => {
  const twice = file.endpoints?.filter(({ name }) => Object.hasOwn(file.tunnels, name)) ?? []
  return twice.flatMap(({ name }) => {
    const last = files.findLast((one) => one.file.endpoints || Object.hasOwn(one.file.tunnels, name))
    return last ? [last.versionFault(`\`endpoints\` and \`tunnels\` both have the name ${JSON.stringify(name)}`)] : []
  })
}

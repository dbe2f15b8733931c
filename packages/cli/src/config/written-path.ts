import { existsSync } from 'node:fs'
import { CliError } from '../cli-error.ts'
import { configMachine, namedConfigPaths } from '../config-machine.ts'
import type { Surroundings } from '../surroundings.ts'

/** The file that a command writes: the one that is named, else our own; never one of ngrok's unless it is named. */
export async function writtenPath(surroundings: Surroundings, configs: readonly string[]): Promise<string> {
  const [named, ...more] = namedConfigPaths(surroundings, configs)
  if (more.length > 0) {
    throw new CliError('ERR_CLI_USAGE', `--config names ${1 + more.length} files: name the one to write`)
  }
  if (named !== undefined) return named
  const { defaultConfigPath } = await import('@tunnel/agent-config')
  return defaultConfigPath(configMachine(surroundings))
}

/** The file of ngrok that is read while there is none of ours. */
export async function foreignPath(surroundings: Surroundings): Promise<string | undefined> {
  const { ngrokConfigPaths } = await import('@tunnel/agent-config')
  return ngrokConfigPaths(configMachine(surroundings)).find((path) => existsSync(path))
}

/** Whether a file named by nobody was made, so that ngrok's is not read any more: what to tell the user then. */
export async function shadowing(
  surroundings: Surroundings,
  configs: readonly string[],
  made: { readonly path: string; readonly created: boolean },
): Promise<string | undefined> {
  if (!made.created || namedConfigPaths(surroundings, configs).length > 0) return undefined
  const shadowed = await foreignPath(surroundings)
  if (shadowed === undefined) return undefined
  return `${shadowed} was read until now; with ${made.path} there it is not any more: copy what you need`
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CliError } from '../cli-error.ts'
import type { CommandContext } from '../commands/command-context.ts'
import { configMachine } from '../config-machine.ts'
import { runEditor } from './run-editor.ts'
import { shadowing, writtenPath } from './written-path.ts'

/**
 * `config edit`: a copy is edited, and replaces the file only when it is right. What was refused is kept beside, where the error says.
 * Throws `ERR_CLI_NOT_SAVED` and `ConfigFileError`.
 */
export async function editConfig(context: CommandContext, configs: readonly string[]): Promise<void> {
  const { readConfigText, writeConfigFile } = await import('@tunnel/agent-config')
  const path = await writtenPath(context.surroundings, configs)
  const before = await textOrNothing(path)
  const directory = await mkdtemp(join(tmpdir(), 'tunnel-edit-'))
  const copy = join(directory, 'tunnel.yml')
  await writeConfigFile(copy, before ?? 'version: 3\n')
  await runEditor(copy, context.surroundings)
  const after = readConfigText(copy)
  if (after === before) context.print(`Configuration file at ${path} is unchanged`)
  else {
    await assertSavable(context, { path, before, after, copy })
    await writeConfigFile(path, after)
    context.print(`Configuration saved to ${path}`)
    const shadowed = await shadowing(context.surroundings, configs, { path, created: before === undefined })
    if (shadowed !== undefined) context.warn(shadowed)
  }
  await rm(directory, { recursive: true })
}

interface Edit {
  readonly path: string
  readonly before: string | undefined
  readonly after: string
  readonly copy: string
}

async function assertSavable(
  { surroundings, warn }: CommandContext,
  { path, before, after, copy }: Edit,
): Promise<void> {
  const kept = `${path} was left as it was; what you wrote is in ${copy}`
  if ((await textOrNothing(path)) !== before) {
    throw new CliError('ERR_CLI_NOT_SAVED', `another program changed the file meanwhile\n${kept}`)
  }
  const { ConfigFileError, loadAgentConfig } = await import('@tunnel/agent-config')
  try {
    const readText = (): string => after
    const { warnings } = loadAgentConfig({ ...configMachine(surroundings), explicitPaths: [path], readText })
    for (const warning of warnings) warn(warning)
  } catch (cause) {
    if (!(cause instanceof ConfigFileError)) throw cause
    throw new CliError('ERR_CLI_NOT_SAVED', `${cause.message}\n${kept}`, { cause })
  }
}

async function textOrNothing(path: string): Promise<string | undefined> {
  const { ConfigFileError, readConfigText } = await import('@tunnel/agent-config')
  try {
    return readConfigText(path)
  } catch (error) {
    if (error instanceof ConfigFileError && error.code === 'ERR_CONFIG_NOT_FOUND') return undefined
    throw error
  }
}

import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { CliError } from '../cli-error.ts'
import type { CommandContext } from '../commands/command-context.ts'
import { configMachine, namedConfigPaths } from '../config-machine.ts'
import { lineDiff } from './line-diff.ts'
import { foreignPath, writtenPath } from './written-path.ts'

export interface UpgradeOptions {
  readonly target: 2 | 3 | undefined
  readonly dryRun: boolean
  /** Move it to the default place; a file of ngrok's is copied. */
  readonly relocate: boolean
}

/** `config upgrade`: shows what would be, or writes it beside a backup of what was. Throws `CliError` and `ConfigFileError`. */
export async function upgradeConfig(
  context: CommandContext,
  configs: readonly string[],
  { target, dryRun, relocate }: UpgradeOptions,
): Promise<void> {
  const { readConfigText, upgradeConfigText, writeConfigFile } = await import('@tunnel/agent-config')
  const place = await placeOf(context, configs, relocate)
  const before = readConfigText(place.from)
  const { text, from, to, notes } = upgradeConfigText(before, { file: place.from, target })
  for (const note of notes) context.warn(note)
  if (dryRun) {
    for (const line of lineDiff(before, text)) context.print(line)
    return
  }
  if (place.from === place.to && text === before) {
    context.print(`Configuration file at ${place.from} is at version ${to}: nothing to do`)
    return
  }
  if (!place.isForeign) {
    const backup = backupPath(place.from, from)
    await writeConfigFile(backup, before)
    context.print(`Backup: ${backup}`)
  }
  await writeConfigFile(place.to, text)
  if (place.from !== place.to && !place.isForeign) await rm(place.from)
  const moved = place.from === place.to ? '' : ` and now at ${place.to}`
  context.print(`Configuration file at ${place.from} is upgraded from version ${from} to ${to}${moved}:`)
  context.print(`\n${text.trimEnd()}`)
}

interface Place {
  readonly from: string
  readonly to: string
  /** It is ngrok's, which is not ours to change. */
  readonly isForeign: boolean
}

async function placeOf(context: CommandContext, configs: readonly string[], relocate: boolean): Promise<Place> {
  const { surroundings } = context
  const { defaultConfigPath } = await import('@tunnel/agent-config')
  const own = defaultConfigPath(configMachine(surroundings))
  const wanted = await writtenPath(surroundings, configs)
  const isNamed = namedConfigPaths(surroundings, configs).length > 0
  const foreign = isNamed || existsSync(own) ? undefined : await foreignPath(surroundings)
  const from = foreign ?? wanted
  if (!isNamed && !existsSync(from)) {
    throw new CliError('ERR_CLI_NO_CONFIG', `there is no configuration file; it would be ${own}`)
  }
  if (foreign !== undefined && !relocate) {
    const advice = `tunnel config upgrade --relocate writes ${own} and leaves it, --config ${foreign} changes it in place`
    throw new CliError('ERR_CLI_USAGE', `${foreign} is ngrok's: ${advice}`)
  }
  if (relocate && from !== own && existsSync(own)) {
    throw new CliError('ERR_CLI_FILE', `--relocate would write over ${own}; move it away first`)
  }
  return { from, to: relocate ? own : from, isForeign: foreign !== undefined }
}

/** Beside the file, and never over an earlier one. */
function backupPath(path: string, version: number): string {
  for (let count = 0; ; count++) {
    const backup = `${path}.v${version}${count === 0 ? '' : `.${count}`}.bak`
    if (!existsSync(backup)) return backup
  }
}

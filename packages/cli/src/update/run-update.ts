import { CliError } from '../cli-error.ts'
import type { CommandContext } from '../commands/command-context.ts'
import { readConfig } from '../config-machine.ts'
import { CLI_VERSION } from '../version.ts'
import { newestVersion, type UpdateChannel } from './newest-version.ts'
import { updateSettings } from './update-settings.ts'

/** Says whether there is a newer version, and how to get it. Throws `ERR_CLI_UPDATE` where it cannot tell. */
export async function runUpdate(
  { configs, channel }: { configs: readonly string[]; channel: UpdateChannel | undefined },
  { surroundings, print, warn }: CommandContext,
): Promise<void> {
  const { url, isOff } = updateSettings(surroundings)
  if (isOff)
    throw new CliError('ERR_CLI_UPDATE', 'looking for a newer version is turned off: TUNNEL_UPDATE_URL is false')
  const { update, warnings } = await readConfig(surroundings, { configs })
  for (const warning of warnings) warn(warning)
  const wanted = channel ?? update.channel
  const version = await newestVersion({ channel: wanted, url })
  if (version === undefined) return print(`tunnel ${CLI_VERSION} is the newest version of the channel ${wanted}`)
  print(
    `Version ${version} is available, this is ${CLI_VERSION}. Nothing was installed: get it as you got this one, with npm by`,
  )
  print('')
  print(`  npm install --global @tunnel/cli@${version}`)
}

import type { Command } from 'commander'
import { readCommonFlags } from '../flags/common-flags.ts'
import type { Flag } from '../flags/flag.ts'
import type { UpdateChannel } from '../update/newest-version.ts'
import { type CommandContext, defineCommand } from './command-context.ts'

export const updateFlags: readonly Flag[] = [
  {
    name: 'channel',
    value: 'channel',
    choices: ['stable', 'beta', 'unstable'],
    about: 'Which releases to look for, instead of the configured ones.',
  },
]

const examples = ['tunnel update', 'tunnel update --channel beta']

export function addUpdateCommand(parent: Command, context: CommandContext): void {
  const command = parent
    .command('update')
    .summary('Look for a newer version.')
    .description('Look for a newer version and say how to get it. Installs nothing.')
    .usage('[flags]')
  defineCommand(command, { ...context, flags: updateFlags, examples }, async () => {
    const { runUpdate } = await import('../update/run-update.ts')
    const { channel } = command.opts<{ channel?: UpdateChannel }>()
    await runUpdate({ configs: readCommonFlags(command).configs, channel }, context)
  })
}

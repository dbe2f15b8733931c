import type { Command } from 'commander'
import { versionText } from '../version.ts'
import type { CommandContext } from './command-context.ts'
import { examplesText } from './examples-text.ts'

export function addVersionCommand(program: Command, { print }: CommandContext): void {
  program
    .command('version')
    .description('Show the version.')
    .addHelpText('after', examplesText(['tunnel version', 'tunnel --version']))
    .action(() => print(versionText))
}

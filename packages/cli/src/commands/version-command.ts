import type { Command } from 'commander'
import { CLI_VERSION } from '../version.ts'
import type { CommandContext } from './command-context.ts'

export const versionText = `tunnel version ${CLI_VERSION}`

export function addVersionCommand(program: Command, { print }: CommandContext): void {
  program
    .command('version')
    .description('Show the version.')
    .action(() => print(versionText))
}

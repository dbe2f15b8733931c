import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'

/** `tunnel help config check`: the help of the command that the words lead to. */
export function addHelpCommand(program: Command): void {
  program
    .command('help [command...]')
    .description('Show help of a command.')
    .helpOption(false)
    .action((words: readonly string[]) => {
      let command = program
      for (const word of words) command = subcommand(command, word)
      command.outputHelp()
    })
}

function subcommand(command: Command, name: string): Command {
  const found = command.commands.find((one) => one.name() === name || one.aliases().includes(name))
  if (found) return found
  throw new CliError('ERR_CLI_USAGE', `there is no command ${JSON.stringify(name.slice(0, 50))}; see tunnel help`)
}

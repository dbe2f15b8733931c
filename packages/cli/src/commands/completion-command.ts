import { basename } from 'node:path'
import { Argument, type Command } from 'commander'
import { CliError } from '../cli-error.ts'
import type { Shell } from '../completion/shell-scripts.ts'
import type { Surroundings } from '../surroundings.ts'
import { type CommandContext, defineCommand } from './command-context.ts'

const shells: readonly Shell[] = ['bash', 'zsh', 'fish', 'powershell']

const examples = [
  'eval "$(tunnel completion bash)"                                            in ~/.bashrc',
  'eval "$(tunnel completion zsh)"                                             in ~/.zshrc',
  'tunnel completion fish | source                                             in config.fish',
  'tunnel completion powershell | Out-String | Invoke-Expression               in $PROFILE',
]

export function addCompletionCommand(parent: Command, context: CommandContext): void {
  const command = parent
    .command('completion')
    .summary('Print a completion script.')
    .description('Print a script that has a shell complete commands, flags, their values and endpoints.')
    .addArgument(new Argument('[shell]', 'The shell; without it that of SHELL.').choices(shells))
  defineCommand(command, { ...context, examples }, async ([given]) => {
    const { shellScripts } = await import('../completion/shell-scripts.ts')
    const shell = shellOf(given, context.surroundings)
    context.surroundings.stdout.write(shellScripts[shell])
  })
}

function shellOf(given: string | undefined, { env, platform }: Surroundings): Shell {
  const name = given ?? (platform === 'win32' && !env.SHELL ? 'powershell' : basename(env.SHELL ?? ''))
  const shell = shells.find((one) => one === name)
  if (shell) return shell
  throw new CliError('ERR_CLI_USAGE', `name your shell: ${shells.join(', ')}; for example tunnel completion bash`)
}

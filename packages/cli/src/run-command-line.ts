import { type Command, CommanderError } from 'commander'
import { CliError } from './cli-error.ts'
import { commandContext } from './commands/command-context.ts'
import { createProgram } from './commands/program.ts'
import { errorLines } from './error-lines.ts'
import { type FlagKinds, normalizeArguments } from './normalize-arguments.ts'
import type { Surroundings } from './surroundings.ts'

/** As `runCli`. */
export async function runCommandLine(surroundings: Surroundings): Promise<number> {
  const program = createProgram(commandContext(surroundings))
  try {
    await program.parseAsync(normalizeArguments(surroundings.argv, flagKinds(program)), { from: 'user' })
    return 0
  } catch (cause) {
    // Help and version are done by then; commander ends them by a throw.
    if (cause instanceof CommanderError && (cause.exitCode === 0 || cause.code === 'commander.help')) return 0
    surroundings.stderr.write(errorLines(cause instanceof CommanderError ? usageError(cause) : cause))
    return 1
  }
}

/** In our words: a flag, not an option; one line. */
function usageError({ code, message }: CommanderError): CliError {
  const text = message
    .replace(/^error: /, '')
    .replace(/^(unknown )?option/, '$1flag')
    .replace(/\n\(Did you mean (.*)\?\)$/s, '; did you mean $1?')
  const isLost = code === 'commander.unknownCommand' && !text.includes(';')
  return new CliError('ERR_CLI_USAGE', isLost ? `${text}; see tunnel help` : text)
}

/** A name means the same in every command that has it. */
function flagKinds(program: Command): FlagKinds {
  const kinds = new Map<string, 'switch' | 'value'>([['help', 'switch']])
  for (const command of commandsOf(program)) {
    for (const option of command.options)
      kinds.set(option.name(), option.isBoolean() || option.negate ? 'switch' : 'value')
  }
  return kinds
}

function* commandsOf(command: Command): Generator<Command> {
  yield command
  for (const child of command.commands) yield* commandsOf(child)
}

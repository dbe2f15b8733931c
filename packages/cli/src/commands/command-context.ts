import type { Command } from 'commander'
import { warningLine } from '../error-lines.ts'
import { commonFlags } from '../flags/common-flags.ts'
import { addFlags, checkStandings, type Flag } from '../flags/flag.ts'
import type { Surroundings } from '../surroundings.ts'

/** What commands are made with. */
export interface CommandContext {
  readonly surroundings: Surroundings
  warn(text: string): void
  print(line: string): void
}

export function commandContext(surroundings: Surroundings): CommandContext {
  return {
    surroundings,
    warn: (text) => void surroundings.stderr.write(warningLine(text)),
    print: (line) => void surroundings.stdout.write(`${line}\n`),
  }
}

/** Gives a command its flags, its examples, and an action that runs after the flags were checked. Throws what `run` throws. */
export function defineCommand(
  command: Command,
  { flags = [], examples, ...context }: CommandContext & { flags?: readonly Flag[]; examples: readonly string[] },
  run: (given: readonly string[]) => Promise<void> | void,
): Command {
  addFlags(command, flags, 'Flags:')
  addFlags(command, commonFlags, COMMON_GROUP)
  command.addHelpText('after', examplesText(examples))
  return command.action(async () => {
    checkStandings(command, flags, context.warn)
    await run(command.args)
  })
}

export const COMMON_GROUP = 'Common flags:'

export function examplesText(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}`
}

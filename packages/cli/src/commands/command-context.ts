import type { Command } from 'commander'
import { warningLine } from '../error-lines.ts'
import { commonFlags } from '../flags/common-flags.ts'
import { addFlags, checkStandings, type Flag } from '../flags/flag.ts'
import { flagGroup, grouped } from '../flags/flag-group.ts'
import type { Surroundings } from '../surroundings.ts'
import { examplesText } from './examples-text.ts'

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
  for (const flag of grouped(flags)) addFlags(command, [flag], flagGroup(flag))
  addFlags(command, commonFlags, COMMON_GROUP)
  command.addHelpText('after', examplesText(examples))
  return command.action(async () => {
    checkStandings(command, flags, context.warn)
    await run(command.args)
  })
}

export const COMMON_GROUP = 'Common flags:'

import type { Command, Option } from 'commander'
import { flagValues } from './flag-values.ts'
import { typedWords } from './typed-words.ts'

export interface Candidate {
  readonly value: string
  readonly about: string
}

/** What may stand at the cursor. With `files`, also a path, which the shell knows best. */
export interface Candidates {
  readonly words: readonly Candidate[]
  readonly files: boolean
}

/** Names that the configuration defines. Only asked where one may stand; `configs` are the files that the command line names. */
export type DefinedNames = (configs: readonly string[]) => Promise<readonly Candidate[]>

/** Completes the last of `words`, which follow the program's name. */
export async function candidatesFor(
  program: Command,
  words: readonly string[],
  definedNames: DefinedNames,
): Promise<Candidates> {
  const { before, current, kept } = typedWords(words)
  const place = placeAfter(program, before)
  const found = await candidatesAt(place, current, definedNames)
  const fitting = found.words.filter(({ value }) => value.startsWith(current))
  return { files: found.files, words: fitting.map(({ value, about }) => ({ value: value.slice(kept.length), about })) }
}

interface Place {
  readonly command: Command
  /** Words that belong to no flag and name no command. */
  readonly given: readonly string[]
  readonly used: ReadonlySet<string>
  readonly configs: readonly string[]
  /** The flag whose value comes next. */
  readonly awaiting: Option | undefined
}

function placeAfter(program: Command, before: readonly string[]): Place {
  let command = program
  let awaiting: Option | undefined
  const given: string[] = []
  const used = new Set<string>()
  const configs: string[] = []
  for (const word of before) {
    const [name = '', value] = word.split(/=(.*)/s)
    if (awaiting) {
      if (awaiting.long === '--config') configs.push(...word.split(','))
      awaiting = undefined
    } else if (word.startsWith('-')) {
      used.add(name)
      const option = optionOf(command, name)
      if (name === '--config' && value !== undefined) configs.push(...value.split(','))
      if (option && !option.isBoolean() && value === undefined) awaiting = option
    } else {
      const next = given.length === 0 ? commandNamed(command, word) : undefined
      if (next) command = next
      else given.push(word)
    }
  }
  return { command, given, used, configs, awaiting }
}

async function candidatesAt(place: Place, current: string, definedNames: DefinedNames): Promise<Candidates> {
  const { command, awaiting } = place
  if (awaiting) return flagValues(awaiting)
  const [flag = '', value] = current.split(/=(.*)/s)
  if (current.startsWith('-')) {
    const option = value === undefined ? undefined : optionOf(command, flag)
    if (!option) return words(visibleFlags(place))
    const { words: values, files } = flagValues(option)
    return { files, words: values.map((one) => ({ ...one, value: `${flag}=${one.value}` })) }
  }
  return words(await argumentsOf(place, definedNames))
}

async function argumentsOf(place: Place, definedNames: DefinedNames): Promise<readonly Candidate[]> {
  const { command, given, configs } = place
  if (command.name() === 'start') {
    return (await definedNames(configs)).filter(({ value }) => !given.includes(value))
  }
  if (command.name() === 'help') return commandsOf(helpedCommand(place))
  if (given.length > 0) return []
  const choices = command.registeredArguments[0]?.argChoices ?? []
  return [...commandsOf(command), ...choices.map((value) => ({ value, about: '' }))]
}

/** `tunnel help config …`: the commands of the last one named. */
function helpedCommand({ command, given }: Place): Command {
  let helped = command.parent ?? command
  for (const name of given) helped = commandNamed(helped, name) ?? helped
  return helped
}

function commandsOf(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((one) => ({ value: one.name(), about: one.summary() || one.description() }))
}

function commandNamed(command: Command, name: string): Command | undefined {
  return command.commands.find((one) => one.name() === name || one.aliases().includes(name))
}

function visibleFlags({ command, used }: Place): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, description }) => (long && !used.has(long) ? [{ value: long, about: description }] : []))
}

/** Of the command or of one above it. */
function optionOf(command: Command, name: string): Option | undefined {
  for (let level: Command | null = command; level; level = level.parent) {
    const found = level.options.find(({ long, short }) => long === name || short === name)
    if (found) return found
  }
  return undefined
}

const words = (candidates: readonly Candidate[]): Candidates => ({ words: candidates, files: false })

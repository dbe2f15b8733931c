import { type Command, Option } from 'commander'
import { CliError } from '../cli-error.ts'
import { csvItems } from './csv-items.ts'

/** One flag of a command, as users write it. */
export interface Flag {
  /** Without the hyphens. */
  readonly name: string
  /** One letter, without the hyphen. */
  readonly short?: string
  /** Stands for the value in help. Without it the flag is a switch. */
  readonly value?: string
  readonly about?: string
  /** Comma-separated and repeatable; an item with a comma of its own stands in double quotes. */
  readonly isList?: boolean
  /** Items of the list keep the spaces around them. */
  readonly keepsSpaces?: true
  readonly choices?: readonly string[]
  /** Reads the value of a flag that is no list. Throws `CliError`. */
  readonly parse?: (text: string) => unknown
  /** An empty value is the same as no flag, beside the choices. */
  readonly mayBeEmpty?: true
  /** A flag with a standing is not in help. */
  readonly standing?: Standing
}

export type Standing =
  /** Works, with a warning. */
  | { readonly kind: 'deprecated'; readonly warning: string }
  /** Taken, and there is nothing to do. */
  | { readonly kind: 'inert' }
  /** Refused. */
  | { readonly kind: 'later' }

export function addFlags(command: Command, flags: readonly Flag[], group?: string): void {
  for (const flag of flags) command.addOption(optionOf(flag, group))
}

/** Warns of the deprecated flags that were given. Throws `ERR_CLI_NOT_SUPPORTED` for those that are to come. */
export function checkStandings(command: Command, flags: readonly Flag[], warn: (text: string) => void): void {
  const given: Readonly<Record<string, unknown>> = command.opts()
  for (const flag of flags) {
    const value = given[optionOf(flag).attributeName()]
    if (!flag.standing || value === undefined) continue
    if (flag.standing.kind === 'deprecated') warn(`--${flag.name} is deprecated: ${flag.standing.warning}`)
    if (flag.standing.kind === 'later') throw notSupported(flag)
  }
}

function optionOf(flag: Flag, group?: string): Option {
  const long = flag.value === undefined ? `--${flag.name}` : `--${flag.name} <${flag.value}>`
  const option = new Option(flag.short === undefined ? long : `-${flag.short}, ${long}`, flag.about)
  if (flag.choices && !flag.isList) option.choices(flag.choices)
  if (flag.mayBeEmpty) allowEmpty(option)
  if (flag.parse) option.argParser(flag.parse)
  if (flag.isList) option.argParser(listParser(flag))
  if (flag.standing) option.hideHelp()
  if (group !== undefined) option.helpGroup(group)
  return option
}

function allowEmpty(option: Option): void {
  const parse = option.parseArg
  option.argParser((text, before) => (text === '' || !parse ? text : parse(text, before)))
}

function listParser({
  name,
  choices,
  keepsSpaces,
}: Flag): (text: string, before?: readonly string[]) => readonly string[] {
  return (text, before = []) => {
    const given = csvItems(text)
    if (!given) throw new CliError('ERR_CLI_USAGE', `--${name} has an item in quotes that does not end`)
    const items = keepsSpaces ? given : given.map((item) => item.trim())
    const wrong = choices && items.find((item) => !choices.includes(item))
    if (wrong === undefined) return [...before, ...items]
    throw new CliError('ERR_CLI_USAGE', `--${name} is one or more of ${choices?.join(', ')}, not ${quote(wrong)}`)
  }
}

/** The value is not named: it may be a credential. */
function notSupported({ name }: Flag): CliError {
  return new CliError('ERR_CLI_NOT_SUPPORTED', `--${name} is not supported yet`)
}

const quote = (text: string): string => JSON.stringify(text.slice(0, 50))

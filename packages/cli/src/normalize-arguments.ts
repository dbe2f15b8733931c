import { CliError } from './cli-error.ts'
import { renamedFlag } from './flags/renamed-flags.ts'

/** What the walk has to know of a flag: whether the next argument is its value. */
export type FlagKinds = ReadonlyMap<string, 'switch' | 'value'>

/**
 * Turns what ngrok's command line allows and commander does not into what it does: `--switch=false` leaves the switch out, or is
 * `--no-switch` where there is one.
 * Throws `ERR_CLI_USAGE` for long flags with one hyphen, and for flags that version 2 had under another name. Values are never
 * part of a message: one may be a credential.
 */
export function normalizeArguments(argv: readonly string[], kinds: FlagKinds): string[] {
  const normalized: string[] = []
  let command: string | undefined
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] as string
    if (argument === '--') return [...normalized, ...argv.slice(index)]
    const [, hyphens = '', name = '', value] = /^(--?)([^=\s]+)(?:=(.*))?$/s.exec(argument) ?? []
    if (hyphens === '-' && name.length > 1) throw singleHyphen(name, kinds, command)
    const instead = hyphens === '--' && !kinds.has(name) ? renamedFlag(name, command) : undefined
    if (instead !== undefined) throw new CliError('ERR_CLI_USAGE', `unknown flag --${name}: it is now ${instead}`)
    if (hyphens === '') command ??= argument
    const kind = hyphens === '--' ? kinds.get(name) : undefined
    if (kind === 'switch' && value !== undefined) {
      if (switchValue(name, value)) normalized.push(`--${name}`)
      else if (kinds.has(`no-${name}`)) normalized.push(`--no-${name}`)
      continue
    }
    normalized.push(argument)
    if (kind === 'value' && value === undefined && index + 1 < argv.length) normalized.push(argv[++index] as string)
  }
  return normalized
}

/** The spellings that Go's flag packages take. */
function switchValue(name: string, value: string): boolean {
  if (/^(?:1|t|true)$/i.test(value)) return true
  if (/^(?:0|f|false)$/i.test(value)) return false
  throw new CliError('ERR_CLI_USAGE', `--${name} is true or false, not ${JSON.stringify(value.slice(0, 50))}`)
}

function singleHyphen(name: string, kinds: FlagKinds, command: string | undefined): CliError {
  const instead = renamedFlag(name, command)
  if (instead !== undefined) {
    return new CliError(
      'ERR_CLI_USAGE',
      `-${name}: flags with long names start with two hyphens, and this one is now ${instead}`,
    )
  }
  const advice = kinds.has(name) ? `write --${name}` : `--${name} is none either; see tunnel help`
  return new CliError('ERR_CLI_USAGE', `-${name}: flags with long names start with two hyphens: ${advice}`)
}

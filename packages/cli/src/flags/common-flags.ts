import type { Command } from 'commander'
import type { Flag } from './flag.ts'

/** Flags that every command takes, before or after its name. */
export const commonFlags: readonly Flag[] = [
  { name: 'config', value: 'path', isList: true, about: 'Configuration file; of several, later ones win.' },
  { name: 'log', value: 'target', about: 'Where logs go: stdout, stderr, false or a path.' },
  { name: 'log-format', value: 'format', choices: ['term', 'logfmt', 'json'], about: 'Form of a log line.' },
  {
    name: 'log-level',
    value: 'level',
    choices: ['debug', 'info', 'warn', 'error', 'crit'],
    about: 'Least severe log line.',
  },
]

/** Of the root alone. An endpoint's own metadata is a flag of its command. */
export const rootFlags: readonly Flag[] = [
  { name: 'metadata', value: 'text', about: 'Opaque text of the session, shown in the API.' },
]

export interface CommonFlags {
  /** In the order in which they were given: a later one goes over an earlier. */
  readonly configs: readonly string[]
  readonly sessionMetadata: string | undefined
  readonly log: string | undefined
  readonly logFormat: 'term' | 'logfmt' | 'json' | undefined
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'crit' | undefined
}

/** The common flags as given to `command` or to one above it. */
export function readCommonFlags(command: Command): CommonFlags {
  const levels = [...levelsOf(command)].map((level) => level.opts<Partial<GivenFlags>>())
  const nearest = <K extends keyof GivenFlags>(key: K) => levels.find((given) => given[key] !== undefined)?.[key]
  return {
    // What stands before the command's name was given first.
    configs: levels.toReversed().flatMap((given) => given.config ?? []),
    sessionMetadata: levels.at(-1)?.metadata,
    log: nearest('log'),
    logFormat: nearest('logFormat'),
    logLevel: nearest('logLevel'),
  }
}

interface GivenFlags {
  config: string[]
  metadata: string
  log: string
  logFormat: NonNullable<CommonFlags['logFormat']>
  logLevel: NonNullable<CommonFlags['logLevel']>
}

function* levelsOf(command: Command): Generator<Command> {
  for (let level: Command | null = command; level; level = level.parent) yield level
}

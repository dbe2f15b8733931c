/** What was asked for on the command line. */
export interface Invocation {
  command: 'serve' | 'check' | 'credentials' | 'connection-string' | 'help' | 'version'
  /** Words after the command. */
  words: readonly string[]
  /** Our own flags, without their dashes. */
  flags: ReadonlySet<string>
  /** Arguments that are settings. */
  settings: readonly string[]
}

export const usage = `Usage:
  tunnel-edge [settings]                                  run an edge
  tunnel-edge check [settings]                            say whether the settings are right, and what they come to
  tunnel-edge credentials create [description] [settings] make a credential and show its authtoken, once
  tunnel-edge credentials list [settings]
  tunnel-edge credentials delete <id> [settings]
  tunnel-edge connection-string [--new] [settings]        show what an agent needs to pair; --new: with a new authtoken
  tunnel-edge --help | --version

Flags of the first form:
  --print-connection-string
      Print the connection string when ready, also where the output is no terminal.

Settings:
`

const commands = ['check', 'credentials', 'connection-string'] as const

/** Words come first, then flags, in any order. */
export function readInvocation(argv: readonly string[]): Invocation {
  const firstFlag = argv.findIndex((argument) => argument.startsWith('-'))
  const words = firstFlag < 0 ? argv : argv.slice(0, firstFlag)
  const rest = argv.slice(words.length)
  if (rest.includes('--help') || rest.includes('-h') || words[0] === 'help') return plain('help')
  if (rest.includes('--version') || words[0] === 'version') return plain('version')
  const [name, ...others] = words
  const command = name === undefined ? 'serve' : commands.find((known) => known === name)
  if (!command) throw new Error(`there is no command ${name}; try: tunnel-edge --help`)
  return { command, words: others, ...ownFlags(rest, command) }
}

function ownFlags(argv: readonly string[], command: Invocation['command']): Pick<Invocation, 'flags' | 'settings'> {
  const own = { serve: 'print-connection-string', 'connection-string': 'new' }[command as string]
  const isOwn = (argument: string): boolean => own !== undefined && argument === `--${own}`
  return {
    flags: new Set(argv.filter(isOwn).map((argument) => argument.slice(2))),
    settings: argv.filter((argument) => !isOwn(argument)),
  }
}

function plain(command: 'help' | 'version'): Invocation {
  return { command, words: [], flags: new Set(), settings: [] }
}

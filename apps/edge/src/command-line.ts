/** What was asked for on the command line. */
export interface Invocation {
  command: 'serve' | 'upgrade' | 'check' | 'credentials' | 'connection-string' | 'help' | 'version'
  /** Words after the command. */
  words: readonly string[]
  /** Our own flags, without their dashes. */
  flags: ReadonlySet<string>
  /** Rules of a credential that is to be made, and its limits as `name=count`. */
  acl: readonly string[]
  limits: readonly string[]
  /** Arguments that are settings. */
  settings: readonly string[]
}

export const usage = `Usage:
  tunnel-edge [settings]                                  run an edge
  tunnel-edge upgrade [settings]                          let the edge of a data directory start anew, and hand over to that
  tunnel-edge check [settings]                            say whether the settings are right, and what they come to
  tunnel-edge credentials create [description] [settings] make a credential and show its authtoken, once
  tunnel-edge credentials list [settings]
  tunnel-edge credentials delete <id> [settings]
  tunnel-edge connection-string [--new] [settings]        show what an agent needs to pair; --new: with a new authtoken
  tunnel-edge --help | --version

Flags of credentials create:
  --acl <rule>
      What its agents may put online: bind:HOST, bind:*.HOST, bind:HOST:PORT, bind:KEY=VALUE. Repeat it for several. Default: everything.
  --limit <name=count>
      sessions, endpoints, or connections, requests or bytes a minute. Repeat it for several. Default: no limits.

Flags of the first form:
  --print-connection-string
      Print the connection string when ready, also where the output is no terminal.

Settings:
`

const commands = ['upgrade', 'check', 'credentials', 'connection-string'] as const

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

type OwnFlags = Pick<Invocation, 'flags' | 'acl' | 'limits' | 'settings'>

function ownFlags(argv: readonly string[], command: Invocation['command']): OwnFlags {
  if (command === 'credentials') return grantFlags(argv)
  const own = { serve: 'print-connection-string', 'connection-string': 'new' }[command as string]
  const isOwn = (argument: string): boolean => own !== undefined && argument === `--${own}`
  return {
    acl: [],
    limits: [],
    flags: new Set(argv.filter(isOwn).map((argument) => argument.slice(2))),
    settings: argv.filter((argument) => !isOwn(argument)),
  }
}

/** `--acl RULE`, `--acl=RULE`, and the same of `--limit`. */
function grantFlags(argv: readonly string[]): OwnFlags {
  const own: Record<string, string[]> = { '--acl': [], '--limit': [] }
  const settings: string[] = []
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] as string
    const [flag = '', inline] = argument.split(/=(.*)/s, 2)
    const values = own[flag]
    const value = inline ?? (values && argv[++index])
    if (!values) settings.push(argument)
    else if (value) values.push(value)
    else throw new Error(`${flag} needs a value`)
  }
  return { flags: new Set(), acl: own['--acl'] ?? [], limits: own['--limit'] ?? [], settings }
}

function plain(command: 'help' | 'version'): Invocation {
  return { command, words: [], flags: new Set(), acl: [], limits: [], settings: [] }
}

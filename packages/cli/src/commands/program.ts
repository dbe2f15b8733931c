import { Command, Option } from 'commander'
import { commonFlags, rootFlags } from '../flags/common-flags.ts'
import { addFlags } from '../flags/flag.ts'
import { COMMON_GROUP, type CommandContext, examplesText } from './command-context.ts'
import { addAuthtokenCommand, addConfigCommand } from './config-command.ts'
import { addHelpCommand } from './help-command.ts'
import { addHttpCommand } from './http-command.ts'
import { addLabeledCommand } from './labeled-command.ts'
import { addTcpCommand } from './tcp-command.ts'
import { addTlsCommand } from './tls-command.ts'
import { addVersionCommand, versionText } from './version-command.ts'

const examples = [
  'tunnel http 80                                    a random https address for port 80',
  'tunnel http 8080 --url https://app.example.com    an address of your choice',
  'tunnel http foo.local:3000                        a service on another machine',
  'tunnel http https://localhost:8443                a service that speaks TLS',
  'tunnel tcp 22                                     a TCP service',
  'tunnel tls 443 --url tls://app.example.com        a service that speaks TLS, unopened on its way',
  'tunnel config add-server CONNECTION_STRING        pair with an edge, once',
]

/** The whole command line. Every failure is thrown: as `CommanderError` where commander found it. */
export function createProgram(context: CommandContext): Command {
  const { stdout } = context.surroundings
  const write = (text: string): void => void stdout.write(text)
  const program = new Command('tunnel')
    .description('Put a local service behind a public address.')
    .usage('[command] [flags]')
    .enablePositionalOptions()
    .exitOverride()
    // Of what commander writes to stderr, errors are ours; the rest is the help of a command that needs another word.
    .configureOutput({
      writeOut: write,
      writeErr: write,
      outputError: () => {},
      getOutHelpWidth: () => stdout.columns ?? HELP_WIDTH,
      getErrHelpWidth: () => stdout.columns ?? HELP_WIDTH,
    })
    .configureHelp({ optionTerm: (option) => option.flags, subcommandTerm: (command) => command.name() })
    .helpCommand(false)
    .addHelpOption(new Option('-h, --help', 'Show help.').helpGroup(COMMON_GROUP))
    .optionsGroup('Flags:')
    .version(versionText, '-v, --version', 'Show the version.')
    .addHelpText('after', examplesText(examples))
  addFlags(program, rootFlags, 'Flags:')
  addFlags(program, commonFlags, COMMON_GROUP)
  addHttpCommand(program, context)
  addTcpCommand(program, context)
  addTlsCommand(program, context)
  addLabeledCommand(program, context)
  addConfigCommand(program, context)
  addAuthtokenCommand(program, 'authtoken', context)
  addVersionCommand(program, context)
  addHelpCommand(program)
  return program
}

const HELP_WIDTH = 110

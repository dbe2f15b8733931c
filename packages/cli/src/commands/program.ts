import { Command, Option } from 'commander'
import { commonFlags, rootFlags } from '../flags/common-flags.ts'
import { addFlags } from '../flags/flag.ts'
import { versionText } from '../version.ts'
import { COMMON_GROUP, type CommandContext } from './command-context.ts'
import { addCompletionCommand } from './completion-command.ts'
import { addAuthtokenCommand, addConfigCommand } from './config-command.ts'
import { addCreditsCommand } from './credits-command.ts'
import { addDiagnoseCommand } from './diagnose-command.ts'
import { examplesText, HELP_WIDTH } from './examples-text.ts'
import { addHelpCommand } from './help-command.ts'
import { addHttpCommand } from './http-command.ts'
import { addLabeledCommand } from './labeled-command.ts'
import { addPolicyCommand } from './policy-command.ts'
import { addServiceCommand } from './service-command.ts'
import { addStartCommand } from './start-command.ts'
import { addTcpCommand } from './tcp-command.ts'
import { addTlsCommand } from './tls-command.ts'
import { addUpdateCommand } from './update-command.ts'
import { addVersionCommand } from './version-command.ts'

const examples = [
  'tunnel http 80                                    a random https address for port 80',
  'tunnel http 8080 --url https://app.example.com    an address of your choice',
  'tunnel http foo.local:3000                        a service on another machine',
  'tunnel http https://localhost:8443                a service that speaks TLS',
  'tunnel tcp 22                                     a TCP service',
  'tunnel tls 443 --url tls://app.example.com        a service that speaks TLS, unopened on its way',
  'tunnel start web ssh                              endpoints that the configuration file defines',
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
      getOutHelpWidth: () => Math.min(stdout.columns ?? HELP_WIDTH, HELP_WIDTH),
      getErrHelpWidth: () => Math.min(stdout.columns ?? HELP_WIDTH, HELP_WIDTH),
    })
    .configureHelp({
      optionTerm: (option) => option.flags,
      optionDescription: describedOption,
      subcommandTerm: (command) => command.name(),
    })
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
  addStartCommand(program, context)
  addConfigCommand(program, context)
  addPolicyCommand(program, context)
  addServiceCommand(program, context)
  addAuthtokenCommand(program, 'authtoken', context)
  addDiagnoseCommand(program, context)
  addUpdateCommand(program, context)
  addCompletionCommand(program, context)
  addCreditsCommand(program, context)
  addVersionCommand(program, context)
  addHelpCommand(program)
  return program
}

/** With the values that it takes, where the words do not name them. */
function describedOption({ description, argChoices = [] }: Option): string {
  const areNamed = argChoices.every((choice) => description.includes(choice))
  return areNamed ? description : `${description.replace(/\.$/, '')}: ${argChoices.join(', ')}.`
}

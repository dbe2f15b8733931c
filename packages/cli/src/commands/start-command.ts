import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import type { EndpointChoice } from '../endpoints/chosen-endpoints.ts'
import { readCommonFlags } from '../flags/common-flags.ts'
import { type StartFlags, startFlags } from '../flags/start-flags.ts'
import { type CommandContext, defineCommand } from './command-context.ts'

const examples = [
  'tunnel start web                                    the endpoint named web',
  'tunnel start admin ssh metrics                      several, in one session',
  'tunnel start --all                                  everything that is defined',
  'tunnel start --config a.yml --config b.yml --all    of two files, the second over the first',
]

export function addStartCommand(parent: Command, context: CommandContext): void {
  const command = parent
    .command('start')
    .summary('Put endpoints of the configuration online.')
    .description('Put endpoints online that the configuration file defines, all in one session.')
    .usage('[name...] [flags]')
    .argument('[name...]', 'Names of `endpoints` or `tunnels`.')
  defineCommand(command, { ...context, flags: startFlags, examples }, async (names) => {
    const { connect, authtoken, region, ...flags } = command.opts<StartFlags>()
    const choice = choiceOf(names, flags)
    const { chosenEndpoints } = await import('../endpoints/chosen-endpoints.ts')
    const { runTunnel } = await import('../running/run-tunnel.ts')
    const job = { common: readCommonFlags(command), connect, authtoken, region }
    await runTunnel({ ...job, endpoints: (config) => chosenEndpoints(config, choice) }, context.surroundings)
  })
}

/** Throws `ERR_CLI_USAGE` unless exactly one of names, `--all` and `--none` is there. */
function choiceOf(names: readonly string[], { all, none }: StartFlags): EndpointChoice {
  const ways = [names.length > 0, all, none].filter(Boolean).length
  if (ways === 0) {
    throw new CliError(
      'ERR_CLI_USAGE',
      'start needs the names of endpoints, or --all, or --none; for example tunnel start web',
    )
  }
  if (ways > 1) throw new CliError('ERR_CLI_USAGE', 'names, --all and --none exclude each other: give one of them')
  if (names.length > 0) return names
  return all ? 'all' : 'none'
}

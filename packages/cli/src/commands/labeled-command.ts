import type { Command } from 'commander'
import { labeledEndpoints } from '../endpoints/labeled-endpoints.ts'
import { oneAddress } from '../endpoints/one-address.ts'
import { readCommonFlags } from '../flags/common-flags.ts'
import { type LabeledFlags, labeledFlags } from '../flags/labeled-flags.ts'
import { type CommandContext, defineCommand } from './command-context.ts'

const examples = [
  'tunnel tunnel --label app=web 80                a service that a backend of the edge chooses',
  'tunnel tunnel --label app=web --label dc=eu 80  with two labels',
]

/** Not in help, as in the reference: it is for those who have backends. */
export function addLabeledCommand(parent: Command, context: CommandContext): void {
  const command = parent
    .command('tunnel', { hidden: true })
    .summary('Put a service online by labels.')
    .description('Put a service online by labels, without an address: backends of the edge choose it.')
    .usage('[address:port | port | url] --label key=value [flags]')
    .argument('[address...]', 'The service to forward to.')
  defineCommand(command, { ...context, flags: labeledFlags, examples }, async (given) => {
    const flags = command.opts<LabeledFlags>()
    const endpoints = labeledEndpoints(oneAddress('tunnel', given), flags)
    const { runTunnel } = await import('../running/run-tunnel.ts')
    const { connect, authtoken, region } = flags
    const common = readCommonFlags(command)
    await runTunnel({ endpoints, common, connect, authtoken, region }, context.surroundings)
  })
}

import type { Command } from 'commander'
import { withPolicy } from '../endpoints/configured-policy.ts'
import { oneAddress } from '../endpoints/one-address.ts'
import { tcpEndpoints } from '../endpoints/tcp-endpoints.ts'
import { readCommonFlags } from '../flags/common-flags.ts'
import { type TcpFlags, tcpFlags } from '../flags/tcp-flags.ts'
import { policyOfFlags } from '../policy/policy-of-flags.ts'
import { resolvePolicy } from '../policy/policy-request.ts'
import { streamTargets } from '../policy/policy-targets.ts'
import { type CommandContext, defineCommand } from './command-context.ts'

const examples = [
  'tunnel tcp 22                                        a random port for ssh',
  'tunnel tcp 5432                                      a database',
  'tunnel tcp 192.168.1.2:5432                          a database on another machine',
  'tunnel tcp --url tcp://edge.example.com:20022 22     a port of your choice',
]

export function addTcpCommand(parent: Command, context: CommandContext): void {
  const command = parent
    .command('tcp')
    .summary('Put a TCP service online.')
    .description('Put a TCP service online at a port of the edge.')
    .usage('[address:port | port] [flags]')
    .argument('[address...]', 'The service to forward to.')
  defineCommand(command, { ...context, flags: tcpFlags, examples }, async (given) => {
    const { connect, authtoken, region, ...flags } = command.opts<TcpFlags>()
    const steps = tcpEndpoints(oneAddress('tcp', given), flags)
    const endpoints = withPolicy(steps, await resolvePolicy(policyOfFlags(flags), streamTargets('tcp', flags)))
    const { runTunnel } = await import('../running/run-tunnel.ts')
    const common = readCommonFlags(command)
    await runTunnel({ endpoints, common, connect, authtoken, region }, context.surroundings)
  })
}

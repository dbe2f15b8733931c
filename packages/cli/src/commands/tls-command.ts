import type { Command } from 'commander'
import { assertCaFile } from '../endpoints/assert-ca-file.ts'
import { withPolicy } from '../endpoints/configured-policy.ts'
import { oneAddress } from '../endpoints/one-address.ts'
import { isRandomWithOwnCertificate, tlsEndpoints } from '../endpoints/tls-endpoints.ts'
import { readCommonFlags } from '../flags/common-flags.ts'
import { type TlsFlags, tlsFlags } from '../flags/tls-flags.ts'
import { policyOfFlags } from '../policy/policy-of-flags.ts'
import { resolvePolicy } from '../policy/policy-request.ts'
import { streamTargets } from '../policy/policy-targets.ts'
import { type CommandContext, defineCommand } from './command-context.ts'

const examples = [
  'tunnel tls 443 --url tls://app.example.com              a service that speaks TLS',
  'tunnel tls 80 --crt app.crt --key app.key --url …       TLS ends here, on this machine',
  'tunnel tls 80 --terminate-at edge                       TLS ends at the edge',
  'tunnel tls tls://localhost:443 --crt app.crt --key …    TLS ends here, and begins anew',
]

export function addTlsCommand(parent: Command, context: CommandContext): void {
  const command = parent
    .command('tls')
    .summary('Put a TLS service online.')
    .description('Put a service of any protocol inside TLS online, at the HTTPS port of the edge.')
    .usage('[address:port | port] [flags]')
    .argument('[address...]', 'The service to forward to.')
  defineCommand(command, { ...context, flags: tlsFlags, examples }, async (given) => {
    const { connect, authtoken, region, ...flags } = command.opts<TlsFlags>()
    const steps = tlsEndpoints(oneAddress('tls', given), flags)
    const endpoints = withPolicy(steps, await resolvePolicy(policyOfFlags(flags), streamTargets('tls', flags)))
    if (flags.upstreamTlsVerifyCas !== undefined) assertCaFile(flags.upstreamTlsVerifyCas)
    if (isRandomWithOwnCertificate(flags)) {
      context.warn('without --url the address is a random one, which no certificate of yours is for')
    }
    const { runTunnel } = await import('../running/run-tunnel.ts')
    const common = readCommonFlags(command)
    await runTunnel({ endpoints, common, connect, authtoken, region }, context.surroundings)
  })
}

import type { Command } from 'commander'
import { assertCaFile } from '../endpoints/assert-ca-file.ts'
import { withPolicy } from '../endpoints/configured-policy.ts'
import { httpEndpoints } from '../endpoints/http-endpoints.ts'
import { oneAddress } from '../endpoints/one-address.ts'
import { readCommonFlags } from '../flags/common-flags.ts'
import { type HttpFlags, httpFlags } from '../flags/http-flags.ts'
import { policyOfFlags } from '../policy/policy-of-flags.ts'
import { resolvePolicy } from '../policy/policy-request.ts'
import { httpTargets } from '../policy/policy-targets.ts'
import { type CommandContext, defineCommand } from './command-context.ts'

const examples = [
  'tunnel http 80                                   a random https address for port 80',
  'tunnel http 8080 --url https://app.example.com   an address of your choice',
  'tunnel http 80 --scheme http,https               http as well, at the same host',
  'tunnel http foo.local:3000                       a service on another machine',
  'tunnel http https://localhost:8443               a service that speaks TLS',
  "tunnel http '[::1]:80'                           a service on IPv6",
  'tunnel http file:///var/www                      the files of a directory',
  'tunnel http --host-header=rewrite site.dev:80    a service that looks at its Host',
]

export function addHttpCommand(parent: Command, context: CommandContext): void {
  const command = parent
    .command('http')
    .summary('Put an HTTP service online.')
    .description('Put an HTTP service online at an http or https address.')
    .usage('[address:port | port | url] [flags]')
    .argument('[address...]', 'The service to forward to.')
  defineCommand(command, { ...context, flags: httpFlags, examples }, async (given) => {
    const flags = command.opts<HttpFlags>()
    const upstream = oneAddress('http', given)
    const steps = httpEndpoints(upstream, flags)
    const endpoints = withPolicy(steps, await resolvePolicy(policyOfFlags(flags), httpTargets(flags)))
    if (flags.scheme && endpoints.length === 1)
      context.warn(`--scheme is deprecated: use --url ${flags.scheme[0]}://HOST`)
    if (flags.upstreamTlsVerifyCas !== undefined) assertCaFile(flags.upstreamTlsVerifyCas)
    const { runTunnel } = await import('../running/run-tunnel.ts')
    const { connect, authtoken, region } = flags
    const common = readCommonFlags(command)
    await runTunnel({ endpoints, common, connect, authtoken, region }, context.surroundings)
  })
}

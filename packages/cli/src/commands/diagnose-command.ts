import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { readCommonFlags } from '../flags/common-flags.ts'
import { type DiagnoseFlags, diagnoseFlags } from '../flags/diagnose-flags.ts'
import { type CommandContext, defineCommand } from './command-context.ts'

const examples = [
  'tunnel diagnose                                     test the way to the configured edge',
  'tunnel diagnose --verbose                           with what was found',
  'tunnel diagnose --region all --write-report r.json  every edge, and a report to send',
  'tunnel diagnose --internet example.com:443          tell a dead edge from a dead network',
]

export function addDiagnoseCommand(parent: Command, context: CommandContext): void {
  const command = parent
    .command('diagnose')
    .summary('Test the way to the edge.')
    .description('Test the way to the edge step by step, and say what to do where it fails. Exit code 0 when it works.')
    .usage('[flags]')
    .argument('[value...]', '')
  defineCommand(command, { ...context, flags: diagnoseFlags, examples }, async (given) => {
    const { regions, ...flags } = command.opts<DiagnoseFlags & { regions?: readonly string[] }>()
    assertNoArguments(given, flags)
    const { runDiagnose } = await import('../diagnose/run-diagnose.ts')
    const region = flags.region ?? regions
    const job = { configs: readCommonFlags(command).configs, flags: region ? { ...flags, region } : flags }
    await runDiagnose(job, context)
  })
}

/** `--ipv6 true` is a spelling that people have in their scripts. */
function assertNoArguments(given: readonly string[], { ipv4, ipv6 }: DiagnoseFlags): void {
  const [wrong] = given.filter((text) => !(text === 'true' && (ipv4 || ipv6)))
  if (wrong === undefined) return
  throw new CliError('ERR_CLI_USAGE', `diagnose takes no argument, and there is ${JSON.stringify(wrong.slice(0, 50))}`)
}

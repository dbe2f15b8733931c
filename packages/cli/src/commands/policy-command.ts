import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { commonFlags, readCommonFlags } from '../flags/common-flags.ts'
import { addFlags, type Flag } from '../flags/flag.ts'
import {
  type PolicyCheckFlags,
  type PolicyExplainFlags,
  type PolicySchemaFlags,
  type PolicyTestFlags,
  policyCheckFlags,
  policyExplainFlags,
  policySchemaFlags,
  policyTestFlags,
} from '../flags/policy-command-flags.ts'
import { COMMON_GROUP, type CommandContext, defineCommand } from './command-context.ts'
import { examplesText } from './examples-text.ts'

const examples = {
  check: [
    'tunnel policy check policy.yml                    everything that is wrong with it, and where',
    'tunnel policy check --protocol tcp ssh.yml        as the policy of a tcp endpoint',
  ],
  test: [
    'tunnel policy test shop.cases.yml                 requests, and what the policy does with them',
    'tunnel policy test --verbose shop.cases.yml       with every rule, expression and action',
  ],
  explain: [
    'tunnel policy explain https://app.example.com     what the policy does with one real request',
    'tunnel policy explain --next app.example.com      with the next one, whoever sends it',
  ],
  schema: [
    'tunnel policy schema > policy.schema.json         for editors that complete and check',
    'tunnel policy schema --cases                      that of files for tunnel policy test',
  ],
}

/** `tunnel policy …`: what can be done with a traffic policy without an endpoint. */
export function addPolicyCommand(parent: Command, context: CommandContext): void {
  const group = parent
    .command('policy')
    .description('Check, test and understand traffic policies.')
    .enablePositionalOptions()
  group.helpCommand(false)
  addFlags(group, commonFlags, COMMON_GROUP)
  group.addHelpText('after', examplesText(Object.values(examples).flatMap(([first]) => first ?? [])))

  const define = (command: Command, name: keyof typeof examples, flags: readonly Flag[], run: Run) =>
    defineCommand(command, { ...context, flags, examples: examples[name] }, run)

  const check = group.command('check <file...>').description('Say everything that is wrong with policies, and where.')
  define(check, 'check', policyCheckFlags, async (files) => {
    const { checkPolicies } = await import('../policy/check-policies.ts')
    const { isRight, report, summary } = checkPolicies(files, check.opts<PolicyCheckFlags>())
    context.print(report)
    if (!isRight) throw new CliError('ERR_CLI_POLICY', summary)
  })

  const test = group.command('test <file...>').description('Send requests of a file through its policy, and compare.')
  define(test, 'test', policyTestFlags, async (files) => {
    const { testPolicies } = await import('../policy/test-policies.ts')
    const columns = context.surroundings.stdout.columns
    const { isRight, report, summary } = await testPolicies(files, { ...test.opts<PolicyTestFlags>(), columns })
    context.print(report)
    if (!isRight) throw new CliError('ERR_CLI_POLICY', summary)
  })

  const explain = group
    .command('explain <url>')
    .description('Show what the policy of an endpoint of yours does with one real request.')
  define(explain, 'explain', policyExplainFlags, async ([url = '']) => {
    const { explainRequest } = await import('../policy/explain-request.ts')
    const job = { ...explain.opts<PolicyExplainFlags>(), url, common: readCommonFlags(explain) }
    const tell = (text: string): void => void context.surroundings.stderr.write(`${text}\n`)
    context.print(await explainRequest(job, context.surroundings, tell))
  })

  const schema = group.command('schema').description('Print the JSON Schema of traffic policies.')
  define(schema, 'schema', policySchemaFlags, async () => {
    const { policyCasesJsonSchema, policyJsonSchema } = await import('@tunnel/traffic-policy')
    const { cases } = schema.opts<PolicySchemaFlags>()
    context.print(JSON.stringify(cases ? policyCasesJsonSchema() : policyJsonSchema(), undefined, 2))
  })
}

type Run = (given: readonly string[]) => Promise<void>

import { CliError } from '../cli-error.ts'
import type { CommandContext } from '../commands/command-context.ts'
import { readConfig } from '../config-machine.ts'
import { writtenPath } from './written-path.ts'

/** `config check`. Throws `ERR_CLI_NO_CONFIG` where there is nothing to check, and what is wrong with the policies of endpoints. */
export async function checkConfig(context: CommandContext, configs: readonly string[]): Promise<void> {
  const config = await readConfig(context.surroundings, { configs })
  const { files, warnings } = config
  for (const warning of warnings) context.warn(warning)
  if (files.length === 0) {
    const path = await writtenPath({ ...context.surroundings, env: {} }, [])
    throw new CliError('ERR_CLI_NO_CONFIG', `there is no configuration file; it would be ${path}`)
  }
  if (config.endpoints.length > 0 || config.tunnels.size > 0) {
    const { checkDefinedPolicies } = await import('./check-defined-policies.ts')
    await checkDefinedPolicies(config)
  }
  for (const file of files) context.print(`Valid configuration file at ${file}`)
}

/** `config schema`: for editors that check and complete YAML. */
export async function printSchema({ print }: CommandContext): Promise<void> {
  const { agentConfigJsonSchema } = await import('@tunnel/agent-config')
  print(JSON.stringify(agentConfigJsonSchema(), undefined, 2))
}

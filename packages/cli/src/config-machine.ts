import type { AgentConfig, Machine } from '@tunnel/agent-config'
import { configWithoutFile } from '@tunnel/agent-config/without-file'
import { hasAuthtoken } from './connection-string.ts'
import type { Surroundings } from './surroundings.ts'

/** Where settings come from, as `agent-config` takes it. */
export function configMachine({ platform, homedir, env }: Surroundings): Machine {
  return { platform, homedir, env }
}

/** The files that flags or a variable name; none leaves it to the default places. */
export function namedConfigPaths({ env }: Surroundings, flags: readonly string[]): readonly string[] {
  if (flags.length > 0) return flags
  const named = [env.TUNNEL_CONFIG, env.NGROK_CONFIG].find((path) => path !== undefined && path !== '')
  return named === undefined ? [] : [named]
}

/** Reads the settings, `--connect` before `TUNNEL_CONNECT`. Throws `ConfigFileError`. */
export async function readConfig(
  surroundings: Surroundings,
  { configs = [], connect }: { configs?: readonly string[]; connect?: string | undefined },
): Promise<AgentConfig> {
  const env = pairedEnvironment(surroundings.env, connect)
  const options = { ...configMachine(surroundings), env, explicitPaths: configs }
  const settings = configWithoutFile(options)
  if (settings) return settings
  const { loadAgentConfig } = await import('@tunnel/agent-config')
  return loadAgentConfig(options)
}

/**
 * A connection string with a token is a whole pairing. A token that an environment keeps for ngrok would be one of another
 * service; beside a flag, so would be any token of the environment.
 */
function pairedEnvironment(env: Surroundings['env'], connectFlag: string | undefined): Surroundings['env'] {
  const connect = connectFlag ?? env.TUNNEL_CONNECT
  if (!connect || !hasAuthtoken(connect)) return { ...env, TUNNEL_CONNECT: connect }
  const { NGROK_AUTHTOKEN: _ngrok, TUNNEL_AUTHTOKEN: own, ...rest } = env
  return { ...rest, TUNNEL_CONNECT: connect, ...(connectFlag === undefined && { TUNNEL_AUTHTOKEN: own }) }
}

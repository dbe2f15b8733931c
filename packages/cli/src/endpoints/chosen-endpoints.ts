import type { AgentConfig } from '@tunnel/agent-config'
import { CliError } from '../cli-error.ts'
import { isTunnelError } from '../error-lines.ts'
import { configuredEndpoint } from './configured-endpoint.ts'
import { configuredTunnel } from './configured-tunnel.ts'
import type { EndpointStep } from './endpoint-step.ts'

/** What `tunnel start` was asked for: some names, all of them, or none. */
export type EndpointChoice = readonly string[] | 'all' | 'none'

/**
 * The steps of the endpoints and tunnels that the settings define and somebody chose, in the order of the names; all of them in that
 * of the file. Rejects with {@link CliError}: for names that are not there with those that are, and for a definition with its name;
 * with 9026 for all that is wrong with their policies.
 */
export async function chosenEndpoints(config: AgentConfig, choice: EndpointChoice): Promise<readonly EndpointStep[]> {
  if (choice === 'none') return []
  const defined = definitionsOf(config)
  if (choice !== 'all') return allSteps([...new Set(choice)].map(knownSteps(config, defined, choice)))
  if (defined.size === 0) throw new CliError('ERR_CLI_USAGE', `${nothingDefined(config)}; --none runs without any`)
  return allSteps([...defined.values()].map((steps) => steps()))
}

/** Waits for every definition, so that the policies of all are found wrong together. */
async function allSteps(made: readonly Promise<readonly EndpointStep[]>[]): Promise<readonly EndpointStep[]> {
  const settled = await Promise.allSettled(made)
  const failures = settled.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []))
  if (failures.length > 0) throw await oneFailure(failures)
  return settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
}

async function oneFailure([first, ...more]: readonly unknown[]): Promise<unknown> {
  const isOfPolicy = (cause: unknown) => isTunnelError(cause) && cause.code === 'ERR_TUNNEL_9026'
  if (more.length === 0 || ![first, ...more].every(isOfPolicy))
    return [first, ...more].find((one) => !isOfPolicy(one)) ?? first
  const { TunnelError } = await import('@tunnel/agent-core')
  return new TunnelError(9026, [first, ...more].map((one) => (one as Error).message).join('\n'))
}

type Definitions = ReadonlyMap<string, () => Promise<readonly EndpointStep[]>>

function definitionsOf({ endpoints, tunnels, files }: AgentConfig): Definitions {
  return new Map([
    ...endpoints.map((one) => [one.name, named(one.name, () => configuredEndpoint(one, files))] as const),
    ...[...tunnels].map(([name, one]) => [name, named(name, () => configuredTunnel(name, one, files))] as const),
  ])
}

function named(name: string, steps: () => Promise<readonly EndpointStep[]>): () => Promise<readonly EndpointStep[]> {
  return async () => {
    try {
      return await steps()
    } catch (cause) {
      throw cause instanceof CliError ? ofEndpoint(name, cause) : cause
    }
  }
}

/** Of several endpoints, which one it is about. */
export function ofEndpoint(name: string, cause: CliError): CliError {
  return new CliError(cause.code, `endpoint ${quoted(name)}: ${cause.message}`, { cause })
}

function knownSteps(config: AgentConfig, defined: Definitions, names: readonly string[]) {
  const unknown = names.filter((name) => !defined.has(name))
  if (unknown.length > 0) throw unknownNames(unknown, [...defined.keys()], config)
  return async (name: string): Promise<readonly EndpointStep[]> => (await defined.get(name)?.()) ?? []
}

function unknownNames(unknown: readonly string[], known: readonly string[], config: AgentConfig): CliError {
  if (known.length === 0) return new CliError('ERR_CLI_USAGE', nothingDefined(config))
  const lines = [
    `there is no endpoint ${unknown.map(quoted).join(', ')} in ${config.files.join(', ')}`,
    `Defined are: ${known.join(', ')}`,
  ]
  return new CliError('ERR_CLI_USAGE', lines.join('\n'))
}

function nothingDefined({ files }: AgentConfig): string {
  if (files.length === 0) return 'there is no configuration file that defines endpoints; see tunnel config edit'
  return `${files.join(', ')} defines no endpoints`
}

const quoted = (name: string): string => JSON.stringify(name.slice(0, 100))

import { ConfigFileError, loadAgentConfig } from '@tunnel/agent-config'
import { InspectorError } from '@tunnel/inspector'
import { parse } from 'yaml'
import { CliError } from '../cli-error.ts'
import { chosenEndpoints } from '../endpoints/chosen-endpoints.ts'
import type { EndpointStep } from '../endpoints/endpoint-step.ts'
import { isTunnelError } from '../error-lines.ts'

/** Keys of tunnels before version 2 (reference agent.md §3.4), which programs still send. */
const olderKeys = ['auth', 'bind_tls', 'client_cas']

/**
 * The endpoints that a definition of the local API asks for, checked by the rules of the configuration file and in its words.
 * Rejects with `ERR_INSPECTOR_DEFINITION`.
 */
export async function stepsOfDefinition(
  kind: 'tunnel' | 'endpoint',
  definition: Readonly<Record<string, unknown>>,
): Promise<{ name: string; steps: readonly EndpointStep[] }> {
  const name = definition.name
  if (typeof name !== 'string' || name === '') throw wrong('name: it is needed')
  try {
    const config = loadAgentConfig({
      env: {},
      platform: process.platform,
      homedir: '',
      explicitPaths: ['definition'],
      readText: () => JSON.stringify(fileOf(kind, name, definition)),
    })
    // No file has it.
    return { name, steps: await chosenEndpoints({ ...config, files: [] }, [name]) }
  } catch (cause) {
    if (cause instanceof ConfigFileError) throw wrong(cause.message, cause)
    if (cause instanceof CliError || isTunnelError(cause)) throw wrong(cause.message, cause)
    throw cause
  }
}

/** As a configuration file of one entry. */
function fileOf(kind: 'tunnel' | 'endpoint', name: string, definition: Readonly<Record<string, unknown>>): object {
  const given = withPolicyAsObject(definition)
  if (kind === 'endpoint') return { version: 3, agent: {}, endpoints: [given] }
  const { name: _, ...tunnel } = given
  const tunnels = { [name]: tunnel }
  return olderKeys.some((key) => key in tunnel) ? { tunnels } : { version: 2, tunnels }
}

/** The API takes a policy as text too. */
function withPolicyAsObject(definition: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { traffic_policy: policy, ...rest } = definition
  if (policy === undefined || policy === '') return rest
  if (typeof policy !== 'string') return { ...definition }
  try {
    return { ...rest, traffic_policy: parse(policy) as unknown }
  } catch (cause) {
    throw wrong(`traffic_policy: ${(cause as Error).message}`, cause)
  }
}

function wrong(message: string, cause?: unknown): InspectorError {
  return new InspectorError('ERR_INSPECTOR_DEFINITION', message, { cause })
}

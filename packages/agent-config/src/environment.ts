import type { Machine } from './locations.ts'

/** What the environment says; it goes before the file. */
export interface AgentEnvironment {
  readonly authtoken: string | undefined
  readonly apiKey: string | undefined
  readonly connectionString: string | undefined
}

export const environmentOf = (machine: Machine): AgentEnvironment => ({
  authtoken: variable(machine, 'TUNNEL_AUTHTOKEN', 'NGROK_AUTHTOKEN'),
  apiKey: variable(machine, 'TUNNEL_API_KEY', 'NGROK_API_KEY'),
  connectionString: variable(machine, 'TUNNEL_CONNECT'),
})

/** The files that somebody asked for, so that they must exist; empty leaves it to the default places. */
export const namedConfigPaths = (
  options: Machine & { readonly explicitPaths?: readonly string[] | undefined },
): readonly string[] => {
  if (options.explicitPaths && options.explicitPaths.length > 0) return options.explicitPaths
  const named = variable(options, 'TUNNEL_CONFIG', 'NGROK_CONFIG')
  return named === undefined ? [] : [named]
}

/** The first of the variables that is set; an empty one counts as unset. */
const variable = ({ env }: Machine, ...names: string[]): string | undefined =>
  names.map((name) => env[name]).find((value) => value !== undefined && value !== '')

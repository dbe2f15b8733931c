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

/** The file that somebody asked for, so that it must exist. */
export const namedConfigPath = (
  options: Machine & { readonly explicitPath?: string | undefined },
): string | undefined => options.explicitPath ?? variable(options, 'TUNNEL_CONFIG', 'NGROK_CONFIG')

/** The first of the variables that is set; an empty one counts as unset. */
const variable = ({ env }: Machine, ...names: string[]): string | undefined =>
  names.map((name) => env[name]).find((value) => value !== undefined && value !== '')

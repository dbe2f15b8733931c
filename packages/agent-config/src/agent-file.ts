import type { EndpointDefinition } from './endpoint-schema.ts'
import type { AgentConfigFile, AgentSettings } from './file-schema.ts'
import type { TunnelDefinition } from './tunnel-schema.ts'

/** What one file says, or several together, under the names of version 3 whatever its layout is. */
export interface AgentFile {
  readonly version: 1 | 2 | 3
  readonly settings: AgentSettings
  /** `undefined` where the file has no such list. */
  readonly endpoints: readonly EndpointDefinition[] | undefined
  readonly tunnels: Readonly<Record<string, TunnelDefinition>>
}

export const agentFileFrom = (file: AgentConfigFile): AgentFile => {
  if (isVersion3(file)) {
    const { agent, endpoints, tunnels } = file
    return { version: 3, settings: agent ?? {}, endpoints: endpoints ?? undefined, tunnels: tunnels ?? {} }
  }
  const { version, tunnels, server_addr, root_cas, ...settings } = file
  return {
    version: version === 1 ? 1 : 2,
    settings: { ...settings, connect_url: server_addr, connect_cas: root_cas },
    endpoints: undefined,
    tunnels: tunnels ?? {},
  }
}

type Version3 = Extract<AgentConfigFile, { version: 3 | '3' }>

const isVersion3 = (file: AgentConfigFile): file is Version3 => file.version === 3 || file.version === '3'

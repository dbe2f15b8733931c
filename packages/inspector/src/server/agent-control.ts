import type { AgentStatus } from '../contract/agent.ts'

/** The agent around the inspector, as far as the local API shows and steers it. */
export interface AgentControl {
  status(): AgentFacts
  /**
   * Puts what a definition of the configuration file says online: a tunnel of version 2 with `name`, or an entry of version 3's `endpoints`.
   * Resolves to the name under which it is listed. Rejects with an `InspectorError`: `ERR_INSPECTOR_DEFINITION`, `ERR_INSPECTOR_START` or
   * `ERR_INSPECTOR_NOT_READY`. `replace` takes the endpoint that had the name offline: to be called once the definition is found right.
   */
  start?(
    kind: 'tunnel' | 'endpoint',
    definition: Record<string, unknown>,
    replace: () => Promise<void>,
  ): Promise<string>
  /** Calls `listener` when `status()` has changed; returns what stops that. */
  onChanged?(listener: () => void): () => void
}

export type AgentFacts = Pick<AgentStatus, 'status' | 'agent_version'> &
  Partial<
    Pick<
      AgentStatus,
      'session' | 'banner' | 'config_paths' | 'last_error' | 'server_version' | 'web_addr' | 'configuration'
    >
  >

import type { EndpointConfig, Listener, Session, UpstreamConfig } from '@tunnel/agent-core'

/** One endpoint of a command. What it asks for may depend on the session and on the endpoints that came online before it. */
export type EndpointStep = (
  session: Session,
  before: readonly Listener[],
) => (EndpointConfig & UpstreamConfig) | Promise<EndpointConfig & UpstreamConfig>

export const DEFAULT_NAME = 'command_line'

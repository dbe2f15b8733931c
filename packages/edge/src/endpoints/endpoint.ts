import type { AgentSession } from '../agent-session.ts'

export type EndpointScheme = 'http' | 'https' | 'tcp'

/** A public address with who serves it. */
export interface Endpoint {
  readonly id: string
  readonly scheme: EndpointScheme
  /** Lowercase; `*.` in front for a wildcard. */
  readonly host: string
  readonly port: number
  /** As shown: `https://name.example.com`, with the port when it is not the scheme's own. */
  readonly url: string
  readonly session: AgentSession
  /** Shown in error pages (8012) and the source of a rewritten Host. */
  readonly upstreamUrl: string
  /** The Host that the upstream sees, when it is not the visitor's (`host_header` rewritten or literal). */
  readonly hostHeader: string | undefined
  name: string
  description: string
  metadata: string
}

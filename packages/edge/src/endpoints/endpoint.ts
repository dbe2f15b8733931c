import type { AgentSession } from '../agent-session.ts'
import type { CredentialUse } from '../credentials/credential-use.ts'
import type { EndpointPolicy } from '../policy/endpoint-policy.ts'
import type { Termination } from '../tls/termination.ts'
import type { EndpointPool } from './endpoint-pool.ts'

export type EndpointScheme = 'http' | 'https' | 'tcp' | 'tls'

/** Who can reach an endpoint. `internal`: what runs in the edge, for the account it belongs to. `labels`: nobody yet, it has no address. */
export type EndpointBinding = 'public' | 'internal' | 'labels'

/** A public address with who serves it. */
export interface Endpoint {
  readonly id: string
  readonly binding: EndpointBinding
  readonly scheme: EndpointScheme
  /** Lowercase; `*.` in front for a wildcard. */
  readonly host: string
  readonly port: number
  /** As shown: `https://name.example.com`, with the port when it is not the scheme's own. */
  readonly url: string
  /** `key=value`, of an endpoint that has these instead of an address. */
  readonly labels: readonly string[]
  readonly session: AgentSession
  /** Shown in error pages (8012) and the source of a rewritten Host. */
  readonly upstreamUrl: string
  /** The Host that the upstream sees, when it is not the visitor's (`host_header` rewritten or literal). */
  readonly hostHeader: string | undefined
  /** The agent begins each upstream connection with a PROXY protocol header, so that a stream belongs to one visitor connection. */
  readonly proxyProtocol: 1 | 2 | undefined
  /** WebSockets end at the edge, and the upstream gets the bytes of their messages: it speaks TCP, not HTTP. */
  readonly webSocketTcp: boolean
  /** How the edge ends its TLS; `undefined`: like all TLS of an `https` endpoint, and not at all of a `tls` one. */
  termination: Termination | undefined
  /** Decides what happens to its traffic; `undefined` where nobody does. */
  policy: EndpointPolicy | undefined
  /** Those that share its address; `undefined` where it does not allow that. It keeps this when it goes, so that its requests find another one. */
  pool: EndpointPool | undefined
  /** Requests and connections that it carries now. */
  running: number
  /** Counts and bounds its traffic; `undefined` where nothing is bounded. */
  readonly meter: CredentialUse | undefined
  name: string
  description: string
  metadata: string
}

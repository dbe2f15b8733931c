/**
 * The agent SDK: put a local service behind a public address of an edge.
 *
 * ```ts
 * import { forward } from '@tunnel/agent-core'
 *
 * const listener = await forward({ addr: 8080, connect: process.env.TUNNEL_CONNECT })
 * console.log(`online at ${listener.url()}`)
 * ```
 *
 * @packageDocumentation
 */
export { type ConnectionString, parseConnectionString, TunnelError, type TunnelErrorCode } from '@tunnel/protocol'
export {
  disconnect,
  type ForwardConfig,
  forward,
  kill,
  type ListenConfig,
  listen,
  listeners,
  type SessionConfig,
} from './default-session.ts'
export { forwardOver, listenOver, serveWith } from './endpoints.ts'
export type { EndpointConfig, UpstreamConfig } from './forward-config.ts'
export type { Listener, ListenerEvents } from './listener.ts'
export type { EdgeTransport } from './session/dial-edge.ts'
export type { SessionOptions } from './session/options.ts'
export { Session, type SessionEvents, type SessionState } from './session/session.ts'
export type { EdgeTrust } from './session/trust.ts'
export type { PemInput } from './tls/pem-source.ts'
export type { TlsConfig } from './tls/tls-plan.ts'
export { parseUpstreamAddress, type UpstreamAddress } from './upstream/address.ts'
export type { ForwardEvents } from './upstream/forward-stream.ts'
export { AGENT_VERSION } from './version.ts'
export type { VisitorSocket } from './visitor-socket.ts'

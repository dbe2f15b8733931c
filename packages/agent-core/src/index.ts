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
export {
  type ConnectionString,
  type EndpointPatch,
  parseConnectionString,
  TunnelError,
  type TunnelErrorCode,
} from '@tunnel/protocol'
export {
  authtoken,
  disconnect,
  type ForwardConfig,
  forward,
  forward as connect,
  getListener,
  getListenerByUrl,
  kill,
  type ListenConfig,
  listen,
  listeners,
  type SessionConfig,
} from './default-session.ts'
export { type DiagnoseOptions, diagnose } from './diagnose/diagnose.ts'
export type {
  Diagnosis,
  EdgeFacts,
  Problem,
  TestResult,
  TestSection,
  TestState,
} from './diagnose/diagnosis.ts'
export { forwardOver, listenOver, sendToUpstream, serveWith } from './endpoints.ts'
export type { EndpointConfig, UpstreamConfig } from './forward-config.ts'
export type {
  EndpointInspection,
  InspectedEndpoint,
  SendOptions,
  TrafficInspector,
} from './inspection/inspector.ts'
export type { ExplainOptions, Listener, ListenerEvents } from './listener.ts'
export type { ModuleOptions } from './modules/module-options.ts'
export type { NetworkOptions } from './network/network-options.ts'
export type { HttpListenerBuilder } from './sdk/http-listener-builder.ts'
export type { LabeledListenerBuilder } from './sdk/labeled-listener-builder.ts'
export { type Listenable, listenable } from './sdk/listenable.ts'
export { SessionBuilder, SessionBuilder as NgrokSessionBuilder, type UpdateRequest } from './sdk/session-builder.ts'
export { consoleLog, type LogCallback, type LogLevel, loggingCallback } from './sdk/session-log.ts'
export type { TcpListenerBuilder } from './sdk/tcp-listener-builder.ts'
export type { TlsListenerBuilder } from './sdk/tls-listener-builder.ts'
export type { EdgeTransport } from './session/dial-edge.ts'
export type { SessionOptions } from './session/options.ts'
export { Session, type SessionEvents, type SessionState } from './session/session.ts'
export type { EdgeTrust } from './session/trust.ts'
export { Meter, type MeterReading } from './statistics/meter.ts'
export { observeTogether } from './statistics/observe-together.ts'
export { type OnRequest, type RequestSummary, TrafficStatistics } from './statistics/traffic-statistics.ts'
export type { PemInput } from './tls/pem-source.ts'
export type { TlsConfig } from './tls/tls-plan.ts'
export { parseUpstreamAddress, type UpstreamAddress } from './upstream/address.ts'
export type { ForwardEvents } from './upstream/forward-stream.ts'
export { AGENT_VERSION } from './version.ts'
export type { VisitorSocket } from './visitor-socket.ts'

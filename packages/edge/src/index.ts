/**
 * The edge of a tunnel: takes public HTTP, HTTPS and TCP traffic and sends it to agents.
 *
 * ```ts
 * const edge = await startEdge({
 *   domains: ['tunnel.example'],
 *   http: { host: '0.0.0.0', port: 80 },
 *   https: { host: '0.0.0.0', port: 443 },
 *   credentials,
 *   certificates,
 *   resumeKey,
 * })
 * ```
 *
 * @packageDocumentation
 */
/** Of the heads in records: which fields observers must not show. */
export { isSecretField } from '@tunnel/http'
export type { AgentSession, AgentStream, StreamReceiver } from './agent-session.ts'
export { type Edge, type EdgeOptions, type EdgeUpdate, type ListenAddress, startEdge } from './edge.ts'
export type { Endpoint, EndpointBinding, EndpointScheme } from './endpoints/endpoint.ts'
export type { Reservation, ReservationsRequired } from './endpoints/reservations.ts'
export type { HandedEndpoint, HandedNames, Inheritance, ListenerRole } from './handover.ts'
export { defaultEdgeLimits, type EdgeLimits } from './limits.ts'
export type { ConnectionKind, ConnectionRecord, ConnectionTls } from './observation/connection-record.ts'
export type { EdgeObserver, ExchangeTrace, Refusal } from './observation/edge-observer.ts'
export type { ExchangeRecord } from './observation/exchange-record.ts'
export { openFileLimit } from './overload/open-file-limit.ts'
export type { OverloadStatus } from './overload/overload-manager.ts'
export type { OverloadSample, OverloadSource } from './overload/overload-source.ts'
export type { OverloadReason, OverloadStage } from './overload/overload-stage.ts'
export type { RefusedCounts } from './overload/refused-counts.ts'
export type { PolicyOptions, PolicyReport } from './policy/policy-options.ts'
export type {
  CertificatePair,
  CertificateSource,
  Credential,
  CredentialLimits,
  CredentialSource,
  EdgeLog,
} from './ports.ts'
export type { ProxyProtocolOptions } from './proxy-protocol/proxied-connections.ts'
export { EDGE_VERSION } from './version.ts'

/**
 * A bounded, redacted store of what goes through a tunnel, with search, replay, a local API and web pages.
 *
 * ```ts
 * import { forward } from '@tunnel/agent-core'
 * import { Inspector, serveInspector } from '@tunnel/inspector'
 *
 * const inspector = new Inspector({ redact: { headers: ['authorization'] } })
 * const { url } = await serveInspector({ inspector })
 * await forward({ addr: 8080, inspect: inspector })
 * console.log(`look at ${url}`)
 * ```
 *
 * @packageDocumentation
 */
export type {
  AgentStatus,
  ApiError,
  CaptureDetail,
  CaptureList,
  CaptureMessage,
  CaptureSummary,
  LiveEvent,
  MessageList,
  ReplayRequest,
  StoreUsage,
} from './contract.ts'
export { type DefaultInspector, defaultInspector } from './default-inspector.ts'
export type {
  EndpointFacts,
  EndpointInspection,
  InspectedEndpoint,
  MeterReading,
  OnlineEndpoint,
  SendOptions,
  TrafficInspector,
} from './endpoints/endpoint-port.ts'
export { InspectorError, type InspectorErrorCode, inspectorErrorCodes } from './errors.ts'
export { Inspector, type InspectorOptions } from './inspector.ts'
export { inspectorPlugin } from './plugin.ts'
export type { RedactionExpression } from './redact/expressions.ts'
export { compileRedaction, type Redaction, type RedactionRules } from './redact/redaction.ts'
export type { TextPattern } from './redact/text-patterns.ts'
export type { AgentControl, AgentFacts } from './server/agent-control.ts'
export type { ApiCall, InspectorPluginOptions } from './server/inspector-plugin.ts'
export { type ServedInspector, type ServeInspectorOptions, serveInspector } from './server/serve-inspector.ts'
export { Spool, type SpoolOptions } from './spool/spool.ts'
export { defaultInspectorLimits, type InspectorLimits } from './store/limits.ts'

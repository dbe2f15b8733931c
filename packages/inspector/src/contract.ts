/**
 * What the local API speaks: schemas, and types made from them. No Node imports: the web app imports it too.
 *
 * | method and path | in | out |
 * |---|---|---|
 * | `GET /api/captures` | {@link CaptureListQuery} | {@link CaptureList} |
 * | `DELETE /api/captures` | `clearQuerySchema` | `clearedSchema` |
 * | `GET /api/captures/<id>` | | {@link CaptureDetail} |
 * | `PATCH /api/captures/<id>` | {@link CaptureChange} | {@link CaptureSummary} |
 * | `DELETE /api/captures/<id>` | | 204 |
 * | `GET /api/captures/<id>/request/body`, `…/response/body` | {@link BodyQuery}, or `Range` | bytes |
 * | `GET /api/captures/<id>/messages` | `messageListQuerySchema` | {@link MessageList} |
 * | `GET /api/captures/<id>/messages/<index>` | | bytes of one message |
 * | `POST /api/captures/<id>/messages` | {@link SendMessage} | 204 |
 * | `POST /api/captures/<id>/replay` | {@link ReplayRequest} | 202, {@link ReplayStarted} |
 * | `GET /api/captures/<id>/test` | `testQuerySchema` | {@link SavedTest} |
 * | `GET /api/captures.har` | `harQuerySchema` | a HAR document |
 * | `POST /api/captures.har` | a HAR document | {@link Imported} |
 * | `GET /api/status`, `/api/metrics` | | {@link AgentStatus}, {@link Metrics} |
 * | `GET /api/tunnels`, `/api/endpoints`, … | | {@link Tunnel}, {@link Endpoint} |
 * | WebSocket `/api/live` | {@link LiveCommand} | {@link LiveEvent} |
 *
 * Every error is an {@link ApiError}. Bodies are `application/json`, nothing else is read.
 */
export {
  type AgentStatus,
  type ApiError,
  agentStatusSchema,
  apiErrorSchema,
  apiIndexSchema,
  type Endpoint,
  type EndpointMetrics,
  endpointListSchema,
  endpointMetricsSchema,
  endpointSchema,
  type Metrics,
  metricsSchema,
  type Tunnel,
  tunnelListSchema,
  tunnelSchema,
} from './contract/agent.ts'
export {
  type CapturedRequest,
  capturedRequestListSchema,
  capturedRequestQuerySchema,
  capturedRequestSchema,
  editCapturedRequestSchema,
  replayCapturedRequestSchema,
} from './contract/captured-request.ts'
export {
  type BodyInfo,
  type BodyQuery,
  bodyQuerySchema,
  type CaptureChange,
  type CaptureDetail,
  captureChangeSchema,
  captureDetailSchema,
  clearedSchema,
  clearQuerySchema,
  type HeaderPair,
  headerPairSchema,
  type PolicyStep,
  type RequestDetail,
  type ResponseDetail,
  type Timings,
} from './contract/detail.ts'
export {
  harQuerySchema,
  type Imported,
  importedSchema,
  type SavedTest,
  savedTestSchema,
  type TestFormat,
  testFormatSchema,
  testQuerySchema,
} from './contract/exports.ts'
export {
  type CaptureKind,
  type CaptureState,
  captureIdSchema,
  captureKindSchema,
  captureStateSchema,
  type Direction,
  directionSchema,
  type FailureSide,
} from './contract/kinds.ts'
export { type LiveCommand, type LiveEvent, liveCommandSchema, liveEventSchema } from './contract/live.ts'
export {
  type CaptureMessage,
  captureMessageSchema,
  type MessageList,
  messageListQuerySchema,
  messageListSchema,
  type ProtobufField,
  type SendMessage,
  sendMessageSchema,
} from './contract/messages.ts'
export {
  type ReplayRequest,
  type ReplayStarted,
  replayRequestSchema,
  replayStartedSchema,
} from './contract/replay.ts'
export {
  type CaptureList,
  type CaptureListQuery,
  type CaptureSummary,
  captureListQuerySchema,
  captureListSchema,
  captureSummarySchema,
  type StoreUsage,
  storeUsageSchema,
} from './contract/summary.ts'

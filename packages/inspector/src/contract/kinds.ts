import * as z from 'zod'

/** What a capture is of. `http` becomes `websocket`, `sse` or `grpc` when the heads say so. */
export const captureKindSchema = z.enum(['http', 'websocket', 'sse', 'grpc', 'tcp', 'tls'])
export type CaptureKind = z.infer<typeof captureKindSchema>

/** `open` until both directions have ended; `failed` if they did not end as they should. */
export const captureStateSchema = z.enum(['open', 'complete', 'failed'])
export type CaptureState = z.infer<typeof captureStateSchema>

/** Who did not keep to the exchange: `visitor` went away, `upstream` broke or could not be reached, `agent` gave up by a limit of its own. */
export const failureSideSchema = z.enum(['visitor', 'upstream', 'agent'])
export type FailureSide = z.infer<typeof failureSideSchema>

/** Direction of bytes and messages: `request` from visitor to upstream, `response` back. */
export const directionSchema = z.enum(['request', 'response'])
export type Direction = z.infer<typeof directionSchema>

/** 16 lower-case hex digits: 8 of the second it started in, 8 of a counter; newer ids sort after older ones. */
export const captureIdSchema = z.string().regex(/^[0-9a-f]{16}$/)

import * as z from 'zod'
import { captureIdSchema, failureSideSchema } from './kinds.ts'
import { captureSummarySchema } from './summary.ts'

/** `[name, value]` in wire order, case kept, repeated names repeated. */
export const headerPairSchema = z.tuple([z.string(), z.string()])
export type HeaderPair = z.infer<typeof headerPairSchema>

export const bodyInfoSchema = z
  .object({
    uri: z.string().describe('`/api/captures/<id>/request/body` or `…/response/body`'),
    bytes: z.int().describe('that passed'),
    storedBytes: z.int().describe('that can be fetched, always the first ones'),
    truncated: z.boolean(),
    contentType: z.string().describe('the header as sent, empty if none'),
    contentEncoding: z.string().describe('`gzip`, `br`, …; empty if none. `?decoded=true` undoes it'),
  })
  .meta({ id: 'BodyInfo' })
export type BodyInfo = z.infer<typeof bodyInfoSchema>

export const requestDetailSchema = z
  .object({
    method: z.string(),
    target: z.string().describe('byte for byte as sent'),
    httpVersion: z.string().describe('`1.1`'),
    headers: z.array(headerPairSchema),
    trailers: z.array(headerPairSchema),
    body: bodyInfoSchema,
    complete: z.boolean(),
  })
  .meta({ id: 'RequestDetail' })
export type RequestDetail = z.infer<typeof requestDetailSchema>

export const responseDetailSchema = z
  .object({
    status: z.int(),
    reason: z.string(),
    httpVersion: z.string(),
    headers: z.array(headerPairSchema),
    trailers: z.array(headerPairSchema),
    body: bodyInfoSchema,
    complete: z.boolean(),
  })
  .meta({ id: 'ResponseDetail' })
export type ResponseDetail = z.infer<typeof responseDetailSchema>

/** Milliseconds since the request head arrived at the agent; `null`: has not happened, or is not known. */
export const timingsSchema = z
  .object({
    queueMs: z
      .number()
      .nullable()
      .describe(
        'spent waiting for an upstream connection slot: 0 where each has a connection of its own, `null` where they share those of HTTP/2. What a request waits for at the edge is not told to the agent',
      ),
    connectMs: z.number().nullable().describe('spent connecting to the upstream; 0 on a connection that was open'),
    requestEndMs: z.number().nullable(),
    firstByteMs: z.number().nullable().describe('until the response head'),
    totalMs: z.number().nullable(),
  })
  .meta({ id: 'Timings' })
export type Timings = z.infer<typeof timingsSchema>

/** One step of the traffic policy, where the edge told the agent. */
export const policyStepSchema = z
  .object({
    phase: z.string(),
    rule: z.string(),
    action: z.string(),
    outcome: z.string(),
    durationMs: z.number().nullable(),
  })
  .meta({ id: 'PolicyStep' })
export type PolicyStep = z.infer<typeof policyStepSchema>

export const captureDetailSchema = captureSummarySchema
  .extend({
    upstream: z.string().describe('where it was forwarded to; empty if unknown'),
    request: requestDetailSchema.nullable().describe('`null` for byte streams'),
    informational: z.array(
      z.object({ status: z.int(), reason: z.string(), headers: z.array(headerPairSchema), atMs: z.number() }),
    ),
    response: responseDetailSchema.nullable(),
    timings: timingsSchema,
    failureDetail: z
      .object({ code: z.string(), side: failureSideSchema, message: z.string() })
      .nullable()
      .describe('what ended it early, and in words'),
    policy: z.array(policyStepSchema).describe('empty where the edge tells nothing'),
    messagesUri: z
      .string()
      .nullable()
      .describe('`/api/captures/<id>/messages`, if its kind has messages or a timeline'),
    canSend: z.boolean().describe('a WebSocket that is open: messages can be sent into it'),
    canReplay: z.boolean(),
    replays: z.array(captureIdSchema).describe('captures that replayed this one, oldest first'),
  })
  .meta({ id: 'CaptureDetail' })
export type CaptureDetail = z.infer<typeof captureDetailSchema>

/**
 * Bytes of a body, as `application/octet-stream` with `content-disposition: attachment` and `nosniff`: never shown as active content.
 * 200, or 206 with `content-range`; `x-body-bytes`, `x-stored-bytes` and `x-truncated` say how much there was.
 */
export const bodyQuerySchema = z.object({
  from: z.coerce.number().int().min(0).default(0).describe('offset of the first byte'),
  length: z.coerce.number().int().min(1).max(16_777_216).default(1_048_576).describe('bytes at most'),
  decoded: z.stringbool().default(false).describe('undo content-encoding first (within `maxDecodedBytes`)'),
})
export type BodyQuery = z.infer<typeof bodyQuerySchema>

/** `PATCH /api/captures/<id>` */
export const captureChangeSchema = z
  .strictObject({ pinned: z.boolean().optional(), note: z.string().max(1000).optional() })
  .meta({ id: 'CaptureChange' })
export type CaptureChange = z.infer<typeof captureChangeSchema>

/** `DELETE /api/captures`: what goes. Pinned ones stay unless asked for. */
export const clearQuerySchema = z.object({
  filter: z.string().max(4096).optional(),
  pinned: z.stringbool().default(false).describe('also pinned ones'),
})
export const clearedSchema = z.object({ deleted: z.int() }).meta({ id: 'Cleared' })

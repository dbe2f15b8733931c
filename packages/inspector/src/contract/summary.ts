import * as z from 'zod'
import { captureIdSchema, captureKindSchema, captureStateSchema } from './kinds.ts'

/** One row of the list of captures. Also what the live feed carries. */
export const captureSummarySchema = z
  .object({
    id: captureIdSchema,
    uri: z.string().describe('`/api/captures/<id>`'),
    kind: captureKindSchema,
    state: captureStateSchema,
    endpoint: z.string().describe("the endpoint's name"),
    url: z.string().describe('its public URL'),
    remoteAddress: z.string().describe("the visitor's address, empty if unknown"),
    protocol: z.string().describe('`HTTP/1.1`; `TCP` or `TLS` for byte streams'),
    method: z.string().describe('empty for byte streams'),
    path: z.string().describe('the request target with its query, as sent; empty for byte streams'),
    host: z.string(),
    status: z.int().nullable().describe('of the response head; `null` before it'),
    reason: z.string(),
    grpcStatus: z.int().nullable().describe('of the trailers of a gRPC call'),
    contentType: z.string().describe('of the response without parameters, empty if none'),
    startedAt: z.iso.datetime(),
    durationMs: z.number().nullable().describe('until both sides ended; `null` while open'),
    firstByteMs: z.number().nullable().describe('until the response head'),
    requestBytes: z.int().describe('of body that passed, stored or not'),
    responseBytes: z.int(),
    messageCount: z
      .int()
      .describe('WebSocket messages, SSE events, gRPC messages or pieces of a byte stream noticed so far'),
    failure: z.string().nullable().describe('string code of what ended it early'),
    replayOf: captureIdSchema.nullable(),
    pinned: z.boolean(),
    truncated: z.boolean().describe('not everything of it is stored'),
    imported: z.boolean().describe('came from a HAR file: there is no endpoint behind it'),
    note: z.string(),
  })
  .meta({ id: 'CaptureSummary' })
export type CaptureSummary = z.infer<typeof captureSummarySchema>

/** What the store holds, against its bounds. */
export const storeUsageSchema = z
  .object({
    captures: z.int(),
    pinned: z.int(),
    bytes: z.int().describe('memory that captures take'),
    maxBytes: z.int().describe('`inspect_db_size`; 0 when nothing is stored'),
    evicted: z.int().describe('captures that made room for newer ones since the start'),
    spool: z
      .object({
        bytes: z.int(),
        maxBytes: z.int(),
        captures: z.int(),
        stopped: z.string().nullable().describe('why nothing more is written to disk, e.g. `ENOSPC`'),
      })
      .nullable()
      .describe('`null` without a spool'),
  })
  .meta({ id: 'StoreUsage' })
export type StoreUsage = z.infer<typeof storeUsageSchema>

export const captureListQuerySchema = z.object({
  filter: z.string().max(4096).optional().describe('see the filter grammar'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  before: captureIdSchema.optional().describe('only captures older than this one: `next` of the page before'),
})
export type CaptureListQuery = z.infer<typeof captureListQuerySchema>

/** Newest first. */
export const captureListSchema = z
  .object({
    uri: z.literal('/api/captures'),
    captures: z.array(captureSummarySchema),
    matched: z.int().describe('captures that the filter lets through, on all pages'),
    total: z.int(),
    next: captureIdSchema.nullable().describe('value of `before` for the next page'),
    headerNames: z.array(z.string()).describe('header names seen in the stored captures, for the filter bar'),
    usage: storeUsageSchema,
  })
  .meta({ id: 'CaptureList' })
export type CaptureList = z.infer<typeof captureListSchema>

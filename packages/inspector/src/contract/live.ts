import * as z from 'zod'
import { agentStatusSchema } from './agent.ts'
import { captureIdSchema } from './kinds.ts'
import { captureSummarySchema, storeUsageSchema } from './summary.ts'

/**
 * What `/api/live` sends, one JSON object per WebSocket message.
 *
 * `hello` first, then `batch` at most every `batchIntervalMs` when something happened. A feed that its client does not read is closed with
 * 1013; the client then opens another and reads the list again.
 */
export const liveEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    batchIntervalMs: z.int(),
    status: agentStatusSchema,
    usage: storeUsageSchema,
  }),
  z.object({
    type: z.literal('batch'),
    changed: z
      .array(captureSummarySchema)
      .describe('new or changed captures that the filter lets through, oldest first, each once'),
    unmatched: z.array(captureIdSchema).describe('changed captures that the filter does not let through (any more)'),
    removed: z.array(captureIdSchema),
    cleared: z.boolean().describe('more were removed than `removed` can name: read the list again'),
    usage: storeUsageSchema,
    total: z.int(),
    status: agentStatusSchema.optional().describe('when it changed'),
  }),
  z.object({ type: z.literal('filter-error'), message: z.string(), start: z.int(), end: z.int() }),
])
export type LiveEvent = z.infer<typeof liveEventSchema>

/** What the client may send. The filter applies to later batches; read the list for what was before. */
export const liveCommandSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('filter'), filter: z.string().max(4096) }),
])
export type LiveCommand = z.infer<typeof liveCommandSchema>

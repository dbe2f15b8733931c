import * as z from 'zod'
import { headerPairSchema } from './detail.ts'
import { captureIdSchema } from './kinds.ts'

/**
 * `POST /api/captures/<id>/replay`: sends the stored request again, from the agent to the upstream; no policy of the edge applies.
 * `content-length` is computed anew. Each replay is a new capture with `replayOf`.
 */
export const replayRequestSchema = z
  .strictObject({
    times: z.int().min(1).max(100).default(1).describe('one after the other'),
    endpoint: z.string().optional().describe('name of another endpoint; default the one it was captured on'),
    upstream: z.string().optional().describe('another address, as `tunnel http` takes it; not with `endpoint`'),
    allowTruncated: z.boolean().default(false).describe('also if only the beginning of the body is stored'),
    method: z.string().optional(),
    target: z.string().optional().describe('path and query'),
    headers: z.array(headerPairSchema).max(200).optional().describe('in place of all of them'),
    trailers: z.array(headerPairSchema).max(200).optional(),
    body: z.string().max(16_777_216).optional().describe('UTF-8 text in place of the body'),
    bodyBase64: z.base64().max(22_369_624).optional(),
  })
  .refine((replay) => !(replay.body !== undefined && replay.bodyBase64 !== undefined), {
    message: 'body or bodyBase64, not both',
  })
  .refine((replay) => !(replay.endpoint !== undefined && replay.upstream !== undefined), {
    message: 'endpoint or upstream, not both',
  })
  .meta({ id: 'ReplayRequest' })
export type ReplayRequest = z.input<typeof replayRequestSchema>

/** 202: the captures that the replays are; their results come by the live feed. */
export const replayStartedSchema = z.object({ ids: z.array(captureIdSchema) }).meta({ id: 'ReplayStarted' })
export type ReplayStarted = z.infer<typeof replayStartedSchema>

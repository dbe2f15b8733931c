import * as z from 'zod'
import { configLimits } from '../limits.ts'
import { defineAction } from './action-definition.ts'
import { duration, enforce, list } from './common-fields.ts'
import { issue } from './issue.ts'

/** Reference §4.16 */
export const rateLimitConfig = defineAction({
  type: 'rate-limit',
  phases: ['on_http_request'],
  schema: (fields) =>
    z.strictObject({
      name: z.string().min(1).max(1023),
      algorithm: z.literal('sliding_window'),
      capacity: z.int().min(1).max(2_000_000_000),
      rate: duration({ minMs: 60_000, maxMs: 86_400_000 }).check(({ value, issues }) => {
        if (value % 10_000 !== 0) issues.push(issue('ERR_TUNNEL_2204', 'expected a multiple of 10s', value))
      }),
      bucket_key: list(fields.expression(), { min: 1, max: configLimits.maxBucketKeys, tooMany: 'ERR_TUNNEL_2255' }),
      enforce,
    }),
})

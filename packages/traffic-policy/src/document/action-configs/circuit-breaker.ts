import * as z from 'zod'
import { defineAction } from './action-definition.ts'
import { duration, enforce } from './common-fields.ts'
import { issue } from './issue.ts'

const MINUTES_2 = { minMs: 1_000, maxMs: 120_000 }

/** Reference §4.4 */
export const circuitBreakerConfig = defineAction({
  type: 'circuit-breaker',
  phases: ['on_http_request'],
  aliases: { rolling_window: 'window_duration', error_threshold_percentage: 'error_threshold' },
  schema: () =>
    z.strictObject({
      error_threshold: z.number().min(0).max(1).default(0.5),
      volume_threshold: z.int().min(1).max(2_000_000_000).default(10),
      window_duration: duration(MINUTES_2).default(10_000),
      tripped_duration: duration(MINUTES_2).default(10_000),
      num_buckets: z
        .int()
        .check(({ value, issues }) => {
          if (value !== 10) issues.push(issue('ERR_TUNNEL_2219', 'num_buckets is always 10', value))
        })
        .default(10),
      enforce,
    }),
})

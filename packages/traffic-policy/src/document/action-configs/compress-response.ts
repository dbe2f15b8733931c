import * as z from 'zod'
import { defaultCompressionAlgorithms } from '../../actions/compress-response.ts'
import { defineAction } from './action-definition.ts'
import { unique } from './common-fields.ts'
import { issue } from './issue.ts'

const KNOWN: ReadonlySet<string> = new Set(['gzip', 'deflate', 'br', 'compress', 'zstd'])

/** Reference §4.6. `zstd` is an extension. */
export const compressResponseConfig = defineAction({
  type: 'compress-response',
  phases: ['on_http_response'],
  schema: () => {
    const algorithm = z.string().check(({ value, issues }) => {
      if (!KNOWN.has(value))
        issues.push(
          issue('ERR_TUNNEL_2214', `expected one of ${[...KNOWN].join(', ')}, got ${JSON.stringify(value)}`, value),
        )
    })
    return z.strictObject({
      algorithms: z
        .array(algorithm)
        .check(unique)
        .default([...defaultCompressionAlgorithms]),
    })
  },
})

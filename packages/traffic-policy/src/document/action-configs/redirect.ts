import * as z from 'zod'
import { assertAddable } from '../../actions/edit-headers.ts'
import { defineAction } from './action-definition.ts'
import { headers } from './common-fields.ts'
import { issue } from './issue.ts'

/** Reference §4.17 */
export const redirectConfig = defineAction({
  type: 'redirect',
  phases: ['on_http_request'],
  aliases: { location: 'to' },
  schema: (fields) =>
    z.strictObject({
      from: fields.regex().optional(),
      to: fields.text(),
      status_code: z
        .int()
        .min(300)
        .max(399)
        .check(({ value, issues }) => {
          if (value === 304) issues.push(issue('ERR_TUNNEL_2222', 'expected 301, 302, 303, 307 or 308, got 304', value))
        })
        .default(302),
      headers: headers(fields, assertAddable).default([]),
    }),
  /** Without `from` the URL is always another one. */
  terminates: ({ from }) => from === undefined,
})

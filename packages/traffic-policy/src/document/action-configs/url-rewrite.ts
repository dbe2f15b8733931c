import * as z from 'zod'
import { defineAction } from './action-definition.ts'

/** Reference §4.20 */
export const urlRewriteConfig = defineAction({
  type: 'url-rewrite',
  phases: ['on_http_request'],
  schema: (fields) => z.strictObject({ from: fields.regex(), to: fields.text({ mayBeEmpty: true }) }),
})

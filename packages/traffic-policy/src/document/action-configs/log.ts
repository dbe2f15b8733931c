import * as z from 'zod'
import { defineAction } from './action-definition.ts'

/** Reference §4.12 */
export const logConfig = defineAction({
  type: 'log',
  phases: ['on_tcp_connect', 'on_http_request', 'on_http_response'],
  schema: (fields) => z.strictObject({ metadata: z.record(z.string(), fields.value()) }),
})

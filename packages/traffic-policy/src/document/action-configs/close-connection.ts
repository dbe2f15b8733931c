import * as z from 'zod'
import { defineAction } from './action-definition.ts'

/** Reference §4.5 */
export const closeConnectionConfig = defineAction({
  type: 'close-connection',
  phases: ['on_tcp_connect', 'on_http_request'],
  schema: () => z.strictObject({}),
  terminates: () => true,
})

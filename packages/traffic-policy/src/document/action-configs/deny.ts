import * as z from 'zod'
import { defineAction } from './action-definition.ts'
import { finalStatus } from './status-code.ts'

/** Reference §4.8 */
export const denyConfig = defineAction({
  type: 'deny',
  phases: ['on_tcp_connect', 'on_http_request'],
  schema: ({ environment: { phase } }) =>
    phase === 'on_tcp_connect'
      ? z.strictObject({}).transform(() => ({ status_code: 403 }))
      : z.strictObject({ status_code: finalStatus.default(403) }),
  terminates: () => true,
})

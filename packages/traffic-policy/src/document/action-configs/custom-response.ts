import { assertHeaderName } from '@tunnel/http'
import * as z from 'zod'
import { ActionError } from '../../actions/action-error.ts'
import { compileTemplate } from '../../cel/template.ts'
import { defineAction } from './action-definition.ts'
import { headers } from './common-fields.ts'
import { statusCode } from './status-code.ts'

/** Names of a response that the edge makes: `customResponse` leaves out those that frame it. */
export function assertToken(name: string): void {
  try {
    assertHeaderName(name)
  } catch (error) {
    throw new ActionError('ERR_TUNNEL_2210', 'header name is not a token', { cause: error })
  }
}

/** Reference §4.7 */
export const customResponseConfig = defineAction({
  type: 'custom-response',
  phases: ['on_http_request', 'on_http_response'],
  aliases: { content: 'body' },
  schema: (fields) =>
    z.strictObject({
      status_code: statusCode(fields).default(200),
      body: fields.text({ mayBeEmpty: true }).default(() => compileTemplate('', fields.environment)),
      headers: headers(fields, assertToken).default([]),
    }),
  terminates: () => true,
})

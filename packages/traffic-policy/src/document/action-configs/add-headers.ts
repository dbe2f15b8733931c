import * as z from 'zod'
import { assertAddable } from '../../actions/edit-headers.ts'
import { defineAction } from './action-definition.ts'
import { headers } from './common-fields.ts'

/** Reference §4.2 */
export const addHeadersConfig = defineAction({
  type: 'add-headers',
  phases: ['on_http_request', 'on_http_response'],
  schema: (fields) => z.strictObject({ headers: headers(fields, assertAddable, 1) }),
})

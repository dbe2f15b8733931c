import * as z from 'zod'
import { compileTemplate } from '../../cel/template.ts'
import { configLimits } from '../limits.ts'
import { defineAction } from './action-definition.ts'
import { list } from './common-fields.ts'
import type { FieldSchemas } from './field-schemas.ts'

const replacement = (fields: FieldSchemas) => ({
  from: fields.regex(),
  to: fields.text({ mayBeEmpty: true }).default(() => compileTemplate('', fields.environment)),
})

const ofBody = (fields: FieldSchemas) =>
  z.strictObject({
    replacements: list(z.strictObject(replacement(fields)), { min: 1, max: configLimits.maxReplacements }),
  })

/** Reference §4.19 */
export const requestBodyFindReplaceConfig = defineAction({
  type: 'request-body-find-replace',
  phases: ['on_http_request'],
  schema: ofBody,
})

export const responseBodyFindReplaceConfig = defineAction({
  type: 'response-body-find-replace',
  phases: ['on_http_response'],
  schema: ofBody,
})

export const sseFindReplaceConfig = defineAction({
  type: 'sse-find-replace',
  phases: ['on_event_stream_message'],
  schema: (fields) => {
    const field = fields.text().default(() => compileTemplate('data', fields.environment))
    return z.strictObject({
      replacements: list(z.strictObject({ field, ...replacement(fields) }), {
        min: 1,
        max: configLimits.maxReplacements,
      }),
    })
  },
})

import * as z from 'zod'
import type { CelEnvironment, VariableNode } from '../../cel/compiled.ts'
import { BOOL, DYN, INT } from '../../cel/types.ts'
import { configLimits } from '../limits.ts'
import { defineAction } from './action-definition.ts'
import { assertHttpUrl, duration, headers, list, onError } from './common-fields.ts'
import { assertToken } from './custom-response.ts'

/** The names that a retry condition has besides those of the phase; they are kept in `vars` under names that no document can give. */
export const ATTEMPTS = '\u0000attempts'
export const LAST_ATTEMPT = '\u0000last_attempt'

const retryVariables: Readonly<Record<string, VariableNode>> = {
  attempts: { type: INT, read: ({ vars }) => vars.get(ATTEMPTS) },
  last_attempt: { type: DYN, read: ({ vars }) => vars.get(LAST_ATTEMPT) },
}

const retryEnvironment = (environment: CelEnvironment): CelEnvironment => ({
  ...environment,
  variables: { ...environment.variables, ...retryVariables },
})

/** Reference §4.10 */
export const httpRequestConfig = defineAction({
  type: 'http-request',
  phases: ['on_http_request', 'on_http_response'],
  schema: (fields) => {
    const { maxQueryParams, maxQueryKeyLength, maxQueryValueLength } = configLimits
    const param = z.strictObject({
      key: fields.text({ maxLength: maxQueryKeyLength, tooLong: 'ERR_TUNNEL_2245' }),
      value: fields.text({ mayBeEmpty: true, maxLength: maxQueryValueLength, tooLong: 'ERR_TUNNEL_2246' }),
    })
    return z.strictObject({
      url: fields.text({ check: assertHttpUrl }),
      method: z.enum(['GET', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS']).default('GET'),
      query_params: list(param, { max: maxQueryParams, tooMany: 'ERR_TUNNEL_2244' }).default([]),
      headers: headers(fields, assertToken).default([]),
      body: fields.text({ mayBeEmpty: true }).optional(),
      max_redirects: z.int().min(0).max(5).default(0),
      timeout: duration({ minMs: 1_000, maxMs: 30_000 }).default(3_000),
      retry_condition: fields.expression(BOOL, retryEnvironment(fields.environment)).optional(),
      on_error: onError('continue'),
    })
  },
})

import * as z from 'zod'
import { assertRemovable } from '../../actions/edit-headers.ts'
import { configLimits } from '../limits.ts'
import { defineAction } from './action-definition.ts'
import { list, nameFault } from './common-fields.ts'
import { issue } from './issue.ts'

/** Reference §4.18 */
export const removeHeadersConfig = defineAction({
  type: 'remove-headers',
  phases: ['on_http_request', 'on_http_response'],
  schema: () => {
    const name = z.string().check(({ value, issues }) => {
      const fault = nameFault(value, assertRemovable)
      if (fault) issues.push(issue(fault.code, fault.message, value))
    })
    return z.strictObject({ headers: list(name, { min: 1, max: configLimits.maxHeaders, tooMany: 'ERR_TUNNEL_2212' }) })
  },
})

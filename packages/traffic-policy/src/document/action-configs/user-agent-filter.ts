import * as z from 'zod'
import { ActionError } from '../../actions/action-error.ts'
import { compileRegex, type Regex } from '../../actions/regex.ts'
import type { PolicyFaultCode } from '../../errors.ts'
import { configLimits } from '../limits.ts'
import { defineAction } from './action-definition.ts'
import { enforce, list } from './common-fields.ts'
import { issue } from './issue.ts'

/** No text with `${…}`: in a pattern these are an end and a group. */
const pattern = z.string().transform((given, context): Regex => {
  try {
    return compileRegex(given)
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    context.issues.push(issue(error.code as PolicyFaultCode, error.message, given))
    return z.NEVER
  }
})

/** An extension: the module that flags and older keys ask for, which rules could not say with its code. Reference §4.27 */
export const userAgentFilterConfig = defineAction({
  type: 'user-agent-filter',
  phases: ['on_http_request'],
  schema: () => {
    const patterns = list(pattern, { max: configLimits.maxUserAgentPatterns }).default([])
    return z.strictObject({ allow: patterns, deny: patterns, enforce })
  },
})

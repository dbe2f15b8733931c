import * as z from 'zod'
import { ActionError } from '../../actions/action-error.ts'
import {
  assertBasicCredential,
  type CredentialTemplate,
  credentialFromPair,
  splitCredentialTemplate,
} from '../../actions/basic-credential.ts'
import type { CompiledExpression } from '../../cel/compile-expression.ts'
import type { Template } from '../../cel/template.ts'
import type { PolicyFaultCode } from '../../errors.ts'
import { configLimits } from '../limits.ts'
import { defineAction } from './action-definition.ts'
import { enforce, list } from './common-fields.ts'
import { issue } from './issue.ts'

export type Credential = CredentialTemplate<CompiledExpression>

/** Reference §4.3 */
export const basicAuthConfig = defineAction({
  type: 'basic-auth',
  phases: ['on_http_request'],
  schema: (fields) => {
    const pair = fields.text().transform((template, context): Credential => {
      try {
        if (template.constant !== undefined) assertBasicCredential(credentialFromPair(template.constant))
        return splitCredentialTemplate(template.parts)
      } catch (error) {
        if (!(error instanceof ActionError)) throw error
        context.issues.push(issue(error.code as PolicyFaultCode, error.message, undefined))
        return z.NEVER
      }
    })
    const object = z
      .strictObject({ username: fields.text(), password: fields.text() })
      .transform(({ username, password }, context): Credential => {
        const fault = constantFault(username, password)
        if (fault) context.issues.push(issue(fault.code as PolicyFaultCode, fault.message, undefined))
        return { kind: 'pair', username: username.parts, password: password.parts }
      })
    return z.strictObject({
      credentials: list(credential(pair, object), {
        min: 1,
        max: configLimits.maxCredentials,
        tooMany: 'ERR_TUNNEL_2255',
      }),
      realm: z
        .string()
        .max(128)
        .regex(/^[\x20-\x7e]*$/, { error: 'expected ASCII text' })
        .default('ngrok'),
      enforce,
      /** Lets every `OPTIONS` through, as the module that was before the action could. */
      allow_options: z.boolean().default(false),
    })
  },
})

/** A union would say of a bad pair that it is no object: the form of the value chooses instead. */
const credential = (pair: z.ZodType<Credential>, object: z.ZodType<Credential>): z.ZodType<Credential> =>
  z.union([pair, object], {
    error: (found) => {
      const branch = typeof found.input === 'object' ? found.errors.at(-1) : found.errors[0]
      return branch?.[0]?.message
    },
  })

function constantFault(username: Template, password: Template): ActionError | undefined {
  if (username.constant === undefined || password.constant === undefined) return undefined
  try {
    assertBasicCredential({ username: username.constant, password: password.constant })
    return undefined
  } catch (error) {
    if (error instanceof ActionError) return error
    throw error
  }
}

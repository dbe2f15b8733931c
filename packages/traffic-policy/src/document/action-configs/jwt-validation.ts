import * as z from 'zod'
import { jwtAlgorithms } from '../../actions/jwt-algorithms.ts'
import { compileTemplate } from '../../cel/template.ts'
import { configLimits } from '../limits.ts'
import { defineAction } from './action-definition.ts'
import { assertHttpUrl, list, unique } from './common-fields.ts'
import { issue } from './issue.ts'

const TOKEN_TYPES = ['id_token', 'access_token', 'at+jwt', 'it+jwt', 'plain', 'jwt'] as const

/** One object, or a list of one: published tables and examples differ. Reference §10, 22 */
const single = <T extends z.ZodType>(schema: T) => z.union([schema, z.tuple([schema]).transform(([only]) => only)])

/** Reference §4.11 */
export const jwtValidationConfig = defineAction({
  type: 'jwt-validation',
  phases: ['on_http_request'],
  schema: (fields) => {
    const allowed = z.strictObject({
      allow_list: list(z.strictObject({ value: fields.text() }), { min: 1, max: 100 }),
    })
    const token = z.strictObject({
      type: z.enum(TOKEN_TYPES),
      method: z.enum(['header', 'body']),
      name: fields.text(),
      prefix: fields.text({ mayBeEmpty: true }).default(() => compileTemplate('', fields.environment)),
    })
    const algorithm = z.string().check(({ value, issues }) => {
      if (!(jwtAlgorithms as readonly string[]).includes(value))
        issues.push(
          issue('ERR_TUNNEL_2222', `expected one of ${jwtAlgorithms.join(', ')}, got ${JSON.stringify(value)}`, value),
        )
    })
    const sources = z.strictObject({
      additional_jkus: list(fields.text({ check: assertHttpUrl }), { min: 1, max: configLimits.maxJwksUrls }),
    })
    const keys = z.strictObject({
      sources: single(sources),
      identification: single(
        z.strictObject({ token_claims: list(z.literal('kid'), { max: 10 }).default([]) }),
      ).optional(),
    })
    return z.strictObject({
      issuer: allowed,
      audience: allowed.optional(),
      http: z.strictObject({ tokens: list(token, { min: 1, max: 10 }) }),
      jws: z.strictObject({
        allowed_algorithms: list(algorithm, { min: 1, max: jwtAlgorithms.length }).check(unique),
        keys: single(keys),
      }),
    })
  },
})

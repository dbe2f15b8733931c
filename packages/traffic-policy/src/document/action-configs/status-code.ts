import * as z from 'zod'
import type { CompiledExpression } from '../../cel/compile-expression.ts'
import { INT } from '../../cel/types.ts'
import type { FieldSchemas } from './field-schemas.ts'

/** A status that ends an exchange. */
export const finalStatus = z.int().min(200).max(599)

export type StatusCode = number | CompiledExpression

const isInterpolated = (given: unknown): boolean => typeof given === 'string' && /^\s*\$\{/.test(given)

/** A status, or one `${…}` that gives it. */
export const statusCode = (fields: FieldSchemas): z.ZodType<StatusCode> =>
  z.union([
    finalStatus,
    z
      .unknown()
      .refine(isInterpolated, { error: 'expected a status from 200 to 599, or an expression', abort: true })
      .pipe(fields.expression(INT)),
  ])

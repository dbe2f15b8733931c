import type * as z from 'zod'
import { defaultConfigLimits } from './limits.ts'
import { checkAgainst } from './schema-faults.ts'

export type ParsedValue<T> =
  | { readonly ok: true; readonly data: T }
  | { readonly ok: false; readonly messages: readonly string[] }

/** Checks one value that did not come from a file (a flag, a variable) and says what is wrong in the same words. */
export const parseConfigValue = <T>(value: unknown, schema: z.ZodType<T>): ParsedValue<T> => {
  const checked = checkAgainst(schema, value, defaultConfigLimits.maxFaults)
  return checked.ok ? checked : { ok: false, messages: checked.faults.map(({ message }) => message) }
}

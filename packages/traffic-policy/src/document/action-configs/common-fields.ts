import * as z from 'zod'
import { parseAbsoluteUrl } from '../../actions/absolute-url.ts'
import { assertedValue } from '../../actions/edit-headers.ts'
import { nanosFromText } from '../../cel/functions/time-text.ts'
import type { Template } from '../../cel/template.ts'
import type { PolicyFaultCode } from '../../errors.ts'
import { configLimits } from '../limits.ts'
import { FieldFault, type FieldSchemas } from './field-schemas.ts'
import { issue } from './issue.ts'

const MS_NANOS = 1_000_000n

/**
 * A duration as Go writes it, or an integer of nanoseconds; milliseconds in the program. The bounds are in milliseconds.
 *
 * @see Reference §1.2
 */
export const duration = ({ minMs, maxMs }: { minMs: number; maxMs: number }) =>
  z
    .union([z.string(), z.int()], { error: 'expected a duration with its unit, like 10s or 1h30m' })
    .transform((given, context): number => {
      const nanos = typeof given === 'number' ? BigInt(given) : nanosFromText(given)
      const ms = Number((nanos ?? 0n) / MS_NANOS)
      if (nanos === undefined)
        context.issues.push(issue('ERR_TUNNEL_2228', 'expected a duration with its unit, like 10s or 1h30m', given))
      else if (ms > maxMs)
        context.issues.push(issue('ERR_TUNNEL_2225', `${given} is longer than ${maxMs / 1000}s`, given))
      else if (ms < minMs)
        context.issues.push(issue('ERR_TUNNEL_2215', `${given} is shorter than ${minMs / 1000}s`, given))
      return ms
    })

/** A list with a limit of its own code, and none of its values twice if that is said. */
export const list = <T extends z.ZodType>(
  item: T,
  { min = 0, max, tooMany = 'ERR_TUNNEL_2218' }: { min?: number; max: number; tooMany?: PolicyFaultCode },
) =>
  z.array(item).check(({ value, issues }) => {
    if (value.length < min) issues.push(issue('ERR_TUNNEL_2223', 'must not be empty', value))
    if (value.length > max) issues.push(issue(tooMany, `${value.length} entries exceed the limit ${max}`, value))
  })

/** Refuses a list with one value twice. */
export const unique = <T>({ value, issues }: { value: readonly T[]; issues: unknown[] }): void => {
  const twice = value.find((item, at) => value.indexOf(item) !== at)
  if (twice !== undefined) issues.push(issue('ERR_TUNNEL_2231', `${JSON.stringify(twice)} is there twice`, value))
}

/** Names and values of header fields; names in lower case. `check` refuses names that are not the policy's. */
export const headers = (fields: FieldSchemas, check: (name: string) => void, min = 0) => {
  const value = fields.text({
    mayBeEmpty: true,
    maxLength: configLimits.maxHeaderValueLength,
    tooLong: 'ERR_TUNNEL_2209',
    check: (text) => void assertedValue('value', text),
  })
  return z.record(z.string(), z.union([value, z.array(value)])).transform((given, context): HeaderTemplate[] => {
    const entries = Object.entries(given)
    if (entries.length < min) context.issues.push(issue('ERR_TUNNEL_2223', 'must not be empty', given))
    if (entries.length > configLimits.maxHeaders)
      context.issues.push(
        issue('ERR_TUNNEL_2212', `${entries.length} headers exceed the limit ${configLimits.maxHeaders}`, given),
      )
    return entries.map(([name, values]) => {
      const fault = nameFault(name, check)
      if (fault) context.issues.push({ ...issue(fault.code, fault.message, name), path: [name] })
      return { name: name.toLowerCase(), values: Array.isArray(values) ? values : [values] }
    })
  })
}

export interface HeaderTemplate {
  readonly name: string
  /** A line for each. */
  readonly values: readonly Template[]
}

export function nameFault(
  name: string,
  check: (name: string) => void,
): { code: PolicyFaultCode; message: string } | undefined {
  if (name.length > configLimits.maxHeaderNameLength) {
    const message = `header name of ${name.length} characters exceeds the limit ${configLimits.maxHeaderNameLength}`
    return { code: 'ERR_TUNNEL_2208', message }
  }
  try {
    check(name.toLowerCase())
    return undefined
  } catch (error) {
    const { code, message } = error as { code: PolicyFaultCode; message: string }
    return { code, message }
  }
}

/** For `check` of a text: an http or https URL. */
export function assertHttpUrl(text: string): void {
  let scheme: string | undefined
  try {
    scheme = parseAbsoluteUrl(text)?.scheme
  } catch {
    scheme = undefined
  }
  if (scheme !== 'http' && scheme !== 'https') throw new FieldFault('ERR_TUNNEL_2226', 'expected an http or https URL')
}

export const enforce = z.boolean().default(true)
export const onError = (fallback: 'halt' | 'continue') => z.enum(['halt', 'continue']).default(fallback)

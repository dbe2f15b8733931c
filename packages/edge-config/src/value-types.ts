import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { isHostName, type ListenAddress, listenAddressSchema, parsePort, shown } from '@tunnel/config-file'
import * as z from 'zod'

/** Ports from first to last, both included. */
export interface PortRange {
  readonly first: number
  readonly last: number
}

const got = (input: unknown): string => `, got ${shown(input)}`

/** A whole number within bounds. */
export const count = (min: number, max: number = Number.MAX_SAFE_INTEGER) => {
  const bounds = max === Number.MAX_SAFE_INTEGER ? '' : ` from ${min} to ${max}`
  // Only for what is no whole number; one out of bounds is told which bound.
  return z
    .int({
      error: ({ code, input }) =>
        code === 'invalid_type' ? `expected a whole number${bounds}${got(input)}` : undefined,
    })
    .min(min)
    .max(max)
}

export const port = () => count(1, 65_535)

/** A setting whose value is one text, as a path is. */
export const text = () => z.string().min(1)

/** Where to listen, or `off`; YAML's `false` is the same. */
export const addressOrOff = () =>
  z.union([z.literal(['off', false]).transform((): ListenAddress | false => false), listenAddressSchema()])

export const portRange = () =>
  z
    .union([z.string(), z.int()], { error: ({ input }) => rangeExpected + got(input) })
    .transform((value, context): PortRange => {
      const [first, last = first, ...rest] = String(value).split('-').map(parsePort)
      if (first === undefined || last === undefined || rest.length > 0 || first === 0) {
        context.issues.push({ code: 'custom', input: value, message: rangeExpected + got(value) })
      } else if (first > last) {
        const message = `the first port ${first} is after the last port ${last}`
        context.issues.push({ code: 'custom', input: value, message })
      }
      return first === undefined || last === undefined ? z.NEVER : { first, last }
    })

const rangeExpected = 'expected ports first-last, each from 1 to 65535, like 20000-29999'

/** A host to be reached or bound: a name or an IP address, without brackets and port. */
export const host = () =>
  z.string().refine((value) => isIP(value) !== 0 || isHostName(value), {
    error: ({ input }) => `expected a host name or an IP address, without a scheme or port${got(input)}`,
  })

/** Most base domains of one edge. */
export const maxDomains = 100

/** Base domains, the first being the default one: a list, or one text with commas. */
export const domains = () =>
  z
    .union([z.string(), z.array(z.string())], { error: 'expected a domain or a list of domains' })
    .transform((value, context): readonly [string, ...string[]] => {
      const names = new Set<string>()
      for (const item of (Array.isArray(value) ? value : [value]).flatMap((entry) => entry.split(','))) {
        const name = domainFrom(item.trim())
        if ('name' in name) names.add(name.name)
        else context.issues.push({ code: 'custom', input: value, message: name.wrong })
      }
      if (names.size > maxDomains) {
        const message = `${names.size} domains are more than the maximum ${maxDomains}`
        context.issues.push({ code: 'custom', input: value, message })
      }
      const [first, ...others] = names
      return first === undefined ? z.NEVER : [first, ...others]
    })

/** A domain in lower case, with international letters as punycode. */
const domainFrom = (item: string): { name: string } | { wrong: string } => {
  if (item === '') return { wrong: 'a domain is empty' }
  if (item.includes('://')) return { wrong: `${shown(item)}: write the domain without a scheme` }
  if (item.startsWith('*.'))
    return { wrong: `${shown(item)}: write it without *., the names below it belong to it anyway` }
  if (item.includes(':'))
    return { wrong: `${shown(item)}: write the domain without a port; it is set by http_addr and https_addr` }
  const name = domainToASCII(item)
  return isHostName(name) ? { name } : { wrong: `${shown(item)} is not a domain name` }
}

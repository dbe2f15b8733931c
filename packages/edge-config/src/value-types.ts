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

/** An http or https address. A password in it is not shown. */
export const httpUrl = () =>
  z.string().refine((value) => /^https?:\/\//i.test(value) && URL.canParse(value), {
    error: 'expected an http or https address, like http://127.0.0.1:4318',
  })

/** A share of a whole; flags and variables give it as a text. */
export const ratio = () =>
  z
    .union([z.number(), z.string()], { error: ({ input }) => ratioExpected + got(input) })
    .transform((value, context): number => {
      const number = /^\d*\.?\d+$/.test(String(value)) ? Number(value) : Number.NaN
      if (number >= 0 && number <= 1) return number
      context.issues.push({ code: 'custom', input: value, message: ratioExpected + got(value) })
      return z.NEVER
    })

const ratioExpected = 'expected a number from 0 to 1'

/** `on` or `off`; YAML's `true` and `false` are the same. */
export const onOff = () =>
  z.union(
    [z.literal(['on', 'true', true]).transform(() => true), z.literal(['off', 'false', false]).transform(() => false)],
    { error: ({ input }) => `expected on or off${got(input)}` },
  )

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

/** `eu`, `us-cal-1`: what may also be a label of a host name. */
export const regionName = () =>
  z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, {
    error: ({ input }) =>
      `expected a name of at most 63 lower-case letters, digits and hyphens, like eu or us-east${got(input)}`,
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

/** A certificate for visitors: paths of PEM files, and the names it is for when those in it are not meant. */
export interface CertificateSetting {
  readonly cert: string
  readonly key: string
  readonly domains: readonly string[] | undefined
}

/** Most certificates of one edge beside its own. */
export const maxCertificates = 100

const certificatePair = () =>
  z.string().transform((value, context): CertificateSetting => {
    const [cert, key, ...rest] = value.split(',').map((path) => path.trim())
    if (cert && key && rest.length === 0) return { cert, key, domains: undefined }
    context.issues.push({
      code: 'custom',
      input: value,
      message: `expected two paths, like cert.pem,key.pem${got(value)}`,
    })
    return z.NEVER
  })

/** Certificates: a list of maps, or of texts `cert.pem,key.pem`; one text is a list of one. */
export const certificates = () => {
  const entry = z.strictObject({
    domains: z
      .array(
        z.string().refine((name) => isHostName(name.replace(/^\*\./, '')), {
          error: ({ input }) => `expected a host name, or *. and one${got(input)}`,
        }),
      )
      .min(1)
      .max(100)
      .optional()
      .describe('Names that it is served for. Default: those in it.'),
    cert: text().describe('PEM file of the certificate, with its chain.'),
    key: text().describe('PEM file of its key.'),
  })
  const named = entry.transform(({ cert, key, domains }): CertificateSetting => ({ cert, key, domains }))
  return z.union([
    certificatePair().transform((one): readonly CertificateSetting[] => [one]),
    z.array(z.union([certificatePair(), named])).max(maxCertificates),
  ])
}

/** Most networks in one setting. */
export const maxCidrs = 1_000

/** Addresses and networks: a list, or one text with commas. */
export const cidrs = () =>
  z
    .union([z.string(), z.array(z.string())], { error: 'expected a network or a list of networks, like 10.0.0.0/8' })
    .transform((value, context): readonly string[] => {
      const items = [value].flat().flatMap((entry) => entry.split(',').map((item) => item.trim()))
      const wrong = items.find((item) => !isCidr(item))
      if (wrong !== undefined) {
        const message = `${shown(wrong)} is not an IP address or a network like 10.0.0.0/8`
        context.issues.push({ code: 'custom', input: value, message })
      }
      if (items.length > maxCidrs) {
        const message = `${items.length} networks are more than the maximum ${maxCidrs}`
        context.issues.push({ code: 'custom', input: value, message })
      }
      return items
    })

/** Most hosts that policies may be allowed, and most files of geography. */
export const maxPolicyHosts = 1_000
const maxPaths = 10

/** A list, or one text with commas. */
const list = (what: string, max: number) =>
  z
    .union([z.string(), z.array(z.string())], { error: `expected ${what} or a list` })
    .transform((value) => [value].flat().flatMap((entry) => entry.split(',').map((item) => item.trim())))
    .refine((items) => items.length <= max, {
      error: ({ input }) => `${(input as string[]).length} are more than the maximum ${max}`,
    })

/** Host names, names with `*.` in front, addresses, or `*` for all. */
export const hostPatterns = () =>
  list('a host', maxPolicyHosts).refine((items) => items.every(isHostPattern), {
    error: ({ input }) =>
      `${shown((input as string[]).find((item) => !isHostPattern(item)))} is not a host name, one like *.example.com, an IP address or *`,
  })

const isHostPattern = (text: string): boolean =>
  text === '*' || isIP(text) !== 0 || isHostName(text.startsWith('*.') ? text.slice(2) : text)

export const paths = () =>
  list('a file', maxPaths).refine((items) => items.every((item) => item !== ''), 'expected a file')

const isCidr = (text: string): boolean => {
  const [address = '', bits, ...more] = text.split('/')
  const family = address.includes('%') ? 0 : isIP(address)
  const isBits = bits === undefined || (/^(0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
  return family !== 0 && isBits && more.length === 0
}

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

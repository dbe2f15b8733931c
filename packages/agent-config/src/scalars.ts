import { isIP } from 'node:net'
import * as z from 'zod'

/** A key that may be missing, or stand there with nothing after it, as in a template waiting to be filled in. */
export const optional = <S extends z.ZodType>(schema: S, description: string) => schema.nullish().describe(description)

/**
 * Text, or a whole number, which Go's YAML also takes as text. Not for secrets: YAML has already read `0123` as 123.
 */
export const text = () =>
  z
    .union([z.string().min(1), z.int()], { error: ({ input }) => (input === '' ? 'must not be empty' : undefined) })
    .transform(String)

/** A credential: text as it stands, and never a number in disguise. */
export const secret = () => z.string().min(1).max(4_096)

/** Words that Go's YAML takes where a bool is wanted and our parser gives as text. */
const yesWords = ['yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true'] as const
const noWords = ['no', 'No', 'NO', 'off', 'Off', 'OFF', 'false'] as const

export const flag = () =>
  z
    .union([z.boolean(), z.enum([...yesWords, ...noWords])], { error: 'expected true or false' })
    .transform((value) => (typeof value === 'boolean' ? value : yesWords.some((word) => word === value)))

/** Only `false` turns something off that otherwise has a value. */
export const off = () => z.literal(false)

export const metadata = () =>
  z
    .union([z.string(), z.int()])
    .transform(String)
    .pipe(
      z.string().max(4_096, {
        error: ({ input }) => `${String(input).length} characters are more than the maximum 4096 (ERR_TUNNEL_100)`,
      }),
    )

export const ipAddress = () => z.string().refine((value) => isIP(value) !== 0, { error: 'expected an IP address' })

export const httpsUrl = () =>
  z.string().refine((value) => URL.canParse(value) && new URL(value).protocol === 'https:', {
    error: 'expected a URL that begins with https://',
  })

const proxySchemes = ['http:', 'https:', 'socks5:', 'socks5h:']

export const proxyUrl = () =>
  z.string().refine((value) => URL.canParse(value) && proxySchemes.includes(new URL(value).protocol), {
    error: 'expected a URL that begins with http://, https://, socks5:// or socks5h://',
  })

/** Refinements that look at several keys also run when single keys are wrong: all faults are shown at once. */
export const isMap = ({ value }: { value: unknown }): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

import { isIP } from 'node:net'
import * as z from 'zod'
import { kindOf } from './describe-issue.ts'
import { shown } from './shown.ts'

/** Where to listen. Without a host: on every address of the machine. */
export interface ListenAddress {
  readonly host: string | undefined
  readonly port: number
}

const expected = 'expected host:port, like 127.0.0.1:8080, [::1]:8080 or :8080'

/** A host name by its letters: labels of 1 to 63 letters, digits and hyphens, 253 characters in all. */
export const isHostName = (text: string): boolean =>
  text.length <= 253 &&
  /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)*$/i.test(text) &&
  // What ends in digits would be taken for an IPv4 address by whoever resolves it.
  !/(^|\.)\d+$/.test(text)

/** `host:port` taken apart, or in words what is wrong with it. */
export const parseListenAddress = (text: string): ListenAddress | string => {
  const wrong = (why: string): string => `${expected}, got ${shown(text)}: ${why}`
  if (/^\d+$/.test(text)) return wrong(`for every address write :${text}`)
  const colon = text.lastIndexOf(':')
  if (colon < 0) return wrong('the port is missing')
  const port = parsePort(text.slice(colon + 1))
  if (port === undefined) return wrong('the port is no whole number from 0 to 65535')
  const host = text.slice(0, colon)
  if (host === '') return { host: undefined, port }
  if (host.startsWith('[') && host.endsWith(']') && isIP(host.slice(1, -1)) === 6) {
    return { host: host.slice(1, -1), port }
  }
  if (isIP(host) === 6) return wrong(`an IPv6 address needs brackets, [${host}]:${port}`)
  return isIP(host) === 4 || isHostName(host) ? { host, port } : wrong('the host is no name and no IP address')
}

/** A decimal port from 0 to 65535, or `undefined`. */
export const parsePort = (text: string): number | undefined =>
  /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined

/** `host:port` as it is written in a file. */
export const formatListenAddress = ({ host, port }: ListenAddress): string =>
  `${host === undefined ? '' : isIP(host) === 6 ? `[${host}]` : host}:${port}`

/** A setting that says where to listen: `host:port` in the file, {@link ListenAddress} in the program. */
export const listenAddressSchema = () =>
  z
    .string({ error: ({ input }) => `${expected}, got ${typeof input === 'number' ? input : kindOf(input)}` })
    .transform((text, context): ListenAddress => {
      const address = parseListenAddress(text)
      if (typeof address !== 'string') return address
      context.issues.push({ code: 'custom', input: text, message: address })
      return z.NEVER
    })

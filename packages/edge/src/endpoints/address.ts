import { domainToASCII } from 'node:url'
import { TunnelError } from '@tunnel/protocol'
import type { EndpointScheme } from './endpoint.ts'

/** What a bind request asks for, canonical. A missing host asks for a random name, a missing port for a random TCP port. */
export interface RequestedAddress {
  scheme: EndpointScheme
  host: string | undefined
  port: number | undefined
}

const SCHEMES: ReadonlySet<string> = new Set(['http', 'https', 'tcp', 'tls'])

/**
 * `url` and `protocol` of a bind request → scheme, host and port (reference edge-and-api.md §1.4).
 * Throws {@link TunnelError} with the code of the first rule that is broken.
 */
export function parseRequestedAddress(protocol: string, url: string | undefined): RequestedAddress {
  const text = url?.trim() ?? ''
  const separator = text.indexOf('://')
  const scheme = separator >= 0 ? text.slice(0, separator).toLowerCase() : protocol
  if (!SCHEMES.has(scheme)) {
    throw new TunnelError(separator >= 0 ? 9036 : 332, `scheme ${quote(scheme)} is not one of http, https, tcp, tls`)
  }
  const authority = separator >= 0 ? text.slice(separator + 3) : text
  if (/\p{Cc}/u.test(text) || /^[a-z][a-z+.-]*:\/?[^\d/]/i.test(text)) {
    throw new TunnelError(9034, `url ${quote(text)} is malformed: it is scheme://host:port, or a part of that`)
  }
  if (authority.endsWith('/')) throw new TunnelError(9038, `url ${quote(text)} ends in a slash`)
  const extra = /[/?#@\\]/.exec(authority)
  if (extra)
    throw new TunnelError(9037, `url ${quote(text)} has ${quote(extra[0])}: only scheme, host and port are allowed`)
  if (authority.startsWith('[')) throw new TunnelError(9032, `host of ${quote(text)} is an IPv6 address, not a name`)
  const colon = authority.lastIndexOf(':')
  const port = colon >= 0 ? parsePort(authority.slice(colon + 1), text, scheme) : undefined
  const name = colon >= 0 ? authority.slice(0, colon) : authority
  const host = name === '' ? undefined : canonicalHost(name)
  if (scheme === 'tcp' && host !== undefined && port === undefined) {
    throw new TunnelError(4500, `url ${quote(text)} has no port: a tcp address is host:port`)
  }
  return { scheme: scheme as EndpointScheme, host, port }
}

function parsePort(text: string, url: string, scheme: string): number {
  if (!/^\d{1,5}$/.test(text)) {
    throw new TunnelError(scheme === 'tcp' ? 4501 : 9033, `port ${quote(text)} of ${quote(url)} is not a number`)
  }
  const port = Number(text)
  if (port < 1 || port > 65535) throw new TunnelError(9030, `port ${port} is not within 1 to 65535`)
  return port
}

/** Lowercase ASCII, checked label by label; each rule has its own code. */
function canonicalHost(name: string): string {
  const wildcard = name.startsWith('*.')
  const plain = wildcard ? name.slice(2) : name
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the question is just whether it is all ASCII
  const ascii = /^[\x00-\x7f]*$/.test(plain) ? plain.toLowerCase() : domainToASCII(plain)
  if (ascii === '') throw new TunnelError(347, `host ${quote(name)} cannot be written in punycode`)
  if (ascii.includes('_')) throw new TunnelError(355, `host ${quote(name)} has an underscore`)
  if (ascii.includes('*')) throw new TunnelError(318, `host ${quote(name)}: * is allowed only as the whole first label`)
  if (!/^[a-z0-9.-]*$/.test(ascii))
    throw new TunnelError(326, `host ${quote(name)} has a character outside a-z, 0-9, . and -`)
  if (ascii.includes('..')) throw new TunnelError(327, `host ${quote(name)} has an empty label`)
  if (ascii.length > 253) throw new TunnelError(397, `host of ${ascii.length} characters exceeds 253`)
  for (const label of ascii.split('.')) assertLabel(label, name)
  return wildcard ? `*.${ascii}` : ascii
}

function assertLabel(label: string, name: string): void {
  if (label.length > 63) throw new TunnelError(396, `label of ${label.length} characters in ${quote(name)} exceeds 63`)
  if (!/^[a-z0-9]/.test(label))
    throw new TunnelError(328, `a label of ${quote(name)} does not start with a letter or digit`)
  if (!/[a-z0-9]$/.test(label))
    throw new TunnelError(329, `a label of ${quote(name)} does not end with a letter or digit`)
  if (label.slice(2, 4) === '--' && !label.startsWith('xn--')) {
    throw new TunnelError(330, `a label of ${quote(name)} has -- in places 3 and 4 without being punycode`)
  }
}

const quote = (text: string): string => JSON.stringify(text.slice(0, 100))

import { assertHost } from '@tunnel/http'
import { ActionError } from './action-error.ts'

/** A URL in the parts that a policy can rewrite; together they are the text that it was read from. */
export interface AbsoluteUrl {
  /** In lower case, without the colon. */
  scheme: string
  /** `user:password` without the `@`; empty if there is none. */
  userinfo: string
  /** Host with its port if it has one. */
  host: string
  /** Begins with `/`, or is empty. */
  path: string
  /** With its `?`, or empty. */
  query: string
  /** With its `#`, or empty: only a redirect has one. */
  fragment: string
}

/** The longest URL that a rewrite makes, in bytes. */
export const MAX_URL_BYTES = 16 * 1024

const ABSOLUTE = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/i
/** What RFC 3986 allows in a path or query, and `%`: all else is percent-encoded. */
const NOT_IN_TARGET = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/?#%[\]|^{}"`\\<>]/gu

/**
 * Reads an http(s) URL without changing its spelling, but that spaces and what is not ASCII become percent-encoded.
 * `undefined` if it is not absolute or has no host.
 *
 * @throws ActionError `ERR_TUNNEL_2253` for control characters, or a host that is none.
 */
export function parseAbsoluteUrl(text: string): AbsoluteUrl | undefined {
  const match = ABSOLUTE.exec(text)
  if (match === null || match[2] === '') return undefined
  assertPrintable(text)
  const [, scheme, authority] = match as unknown as [string, string, string]
  const at = authority.lastIndexOf('@')
  const host = authority.slice(at + 1)
  try {
    assertHost(host)
  } catch (error) {
    throw new ActionError('ERR_TUNNEL_2253', 'url has no valid host', { cause: error })
  }
  return {
    scheme: scheme.toLowerCase(),
    userinfo: at < 0 ? '' : authority.slice(0, at),
    host,
    path: encodeTarget(match[3] ?? ''),
    query: encodeTarget(match[4] ?? ''),
    fragment: encodeTarget(match[5] ?? ''),
  }
}

export function formatAbsoluteUrl({ scheme, userinfo, host, path, query, fragment }: AbsoluteUrl): string {
  return `${scheme}://${userinfo === '' ? '' : `${userinfo}@`}${host}${path}${query}${fragment}`
}

/** Path and query as a request line has them. */
export function targetOf({ path, query }: AbsoluteUrl): string {
  return `${path === '' ? '/' : path}${query}`
}

/** By way of UTF-8, since `encodeURIComponent` throws for half a surrogate pair. */
function encodeTarget(text: string): string {
  return text.replace(NOT_IN_TARGET, (character) => encodeURIComponent(Buffer.from(character).toString()))
}

function assertPrintable(text: string): void {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x20 || code === 0x7f) throw new ActionError('ERR_TUNNEL_2253', 'url has a control character')
  }
}

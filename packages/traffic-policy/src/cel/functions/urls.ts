import { CelError } from '../cel-error.ts'
import { pureFunctions } from '../define-functions.ts'
import { assertTextLength } from '../limits.ts'
import { textOf } from '../text-of.ts'
import type { CelMap } from '../values.ts'
import { wellFormed } from './well-formed.ts'

/** All but RFC 3986's unreserved characters, so it can stand anywhere in a URL; a space is `%20`. */
const escapeUrl = (text: string): string =>
  encodeURIComponent(wellFormed(text)).replace(
    /[!'()*]/g,
    (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  )

function unescapeUrl(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new CelError('text has a "%" that escapes nothing')
  }
}

/** Scheme, user info, host and rest as Go's `net/url` takes them apart, without resolving anything. */
const URL_PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/(?:([^/?#@]*)@)?([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s

function parseUrl(text: string): Map<string, string> {
  const match = URL_PARTS.exec(text)
  if (!match || /[\p{Cc} ]/u.test(text)) throw new CelError('text is not a URL')
  const [, scheme = '', user = '', host = '', path = '', query = '', fragment = ''] = match
  const isOpaque = scheme !== '' && host === '' && path !== '' && !path.startsWith('/')
  const decoded = isOpaque ? '' : unescapeUrl(path)
  return new Map([
    ['scheme', scheme.toLowerCase()],
    ['opaque', isOpaque ? path : ''],
    ['user', user],
    ['host', host],
    ['path', decoded],
    ['raw_path', decoded === path || isOpaque ? '' : path],
    ['raw_query', query],
    ['fragment', unescapeUrl(fragment)],
  ])
}

const isUrl = (text: string): boolean => /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s/?#]+[^\s]*$/.test(text)

/** The pairs of a query string, decoded; `+` is a space. Parts that do not decode are kept as they are. */
export function queryPairs(query: string): [name: string, value: string][] {
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=')
      return at < 0 ? [decoded(part), ''] : [decoded(part.slice(0, at)), decoded(part.slice(at + 1))]
    })
}

function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  try {
    return spaced.includes('%') ? decodeURIComponent(spaced) : spaced
  } catch {
    return spaced
  }
}

function decodeQuery(query: string): Map<string, string | string[]> {
  const map = new Map<string, string | string[]>()
  for (const [name, value] of queryPairs(query)) {
    const before = map.get(name)
    map.set(name, before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value])
  }
  return map
}

function encodeQuery(map: CelMap): string {
  const pairs: string[] = []
  let length = 0
  for (const key of [...map.keys()].sort((one, other) => (String(one) < String(other) ? -1 : 1))) {
    const value = map.get(key)
    for (const item of Array.isArray(value) ? value : [value]) {
      const pair = `${formEncoded(String(key))}=${formEncoded(textOf(item))}`
      length += pair.length + 1
      assertTextLength(length)
      pairs.push(pair)
    }
  }
  return pairs.join('&')
}

const formEncoded = (text: string): string => new URLSearchParams([['', wellFormed(text)]]).toString().slice(1)

const isQuery = (text: string): boolean =>
  text !== '' && !/\s/.test(text) && text.split('&').every((part) => part.indexOf('=') > 0)

export const urlFunctions = pureFunctions({
  'url.escape(string): string': escapeUrl,
  'string.escapeUrl(): string': escapeUrl,
  'url.unescape(string): string': unescapeUrl,
  'string.unescapeUrl(): string': unescapeUrl,
  'url.parse(string): map<string, string>': parseUrl,
  'string.parseUrl(): map<string, string>': parseUrl,
  'string.isURL(): bool': isUrl,
  'queryString.encode(map): string': encodeQuery,
  'map.encodeQueryString(): string': encodeQuery,
  'queryString.decode(string): map<string, dyn>': decodeQuery,
  'string.decodeQueryString(): map<string, dyn>': decodeQuery,
  'string.isQueryString(): bool': isQuery,
})

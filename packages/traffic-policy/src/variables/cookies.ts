import type { HeaderList } from '@tunnel/http'
import { fieldValues, textFromField } from '../actions/header-fields.ts'
import { softList } from '../cel/access.ts'
import { BOOL, DURATION, mapOf, STRING, structOf, TIMESTAMP } from '../cel/types.ts'
import { Duration, Timestamp, zeroOf } from '../cel/values.ts'
import { gathered, MultiMap } from './multi-map.ts'

/** Request cookies have the fields of response cookies too, unset: `getReqCookie('a').secure` is false. Reference §2.3 */
export const COOKIE = structOf('cookie', {
  name: STRING,
  value: STRING,
  domain: STRING,
  path: STRING,
  expires: TIMESTAMP,
  max_age: DURATION,
  http_only: BOOL,
  secure: BOOL,
  same_site: STRING,
  unparsed_attributes: mapOf(STRING, STRING),
})

type Cookie = Map<string, unknown>

const EMPTY = zeroOf(COOKIE) as Cookie
const NO_COOKIES = softList(EMPTY)
const SECOND_NANOS = 1_000_000_000n

const emptyCookie = (name: string, value: string): Cookie => new Map(EMPTY).set('name', name).set('value', value)

/** Cookies of a request by name, each in the order of the `Cookie` fields. */
export function requestCookies(headers: HeaderList): MultiMap {
  const pairs: [string, Cookie][] = []
  for (const field of fieldValues(headers, 'cookie')) {
    for (const part of textFromField(field).split(';')) {
      const [name, value] = pairOf(part)
      if (name !== '') pairs.push([name, emptyCookie(name, unquoted(value))])
    }
  }
  return new MultiMap(gathered(pairs), NO_COOKIES)
}

/** Cookies that a response sets, by name; of one name the longest path first. Reference §3.6 */
export function responseCookies(headers: HeaderList): MultiMap {
  const cookies = fieldValues(headers, 'set-cookie').map((field) => responseCookie(textFromField(field)))
  const lists = gathered(cookies.filter(([name]) => name !== ''))
  for (const list of lists.values()) list.sort((one, other) => pathLength(other) - pathLength(one))
  return new MultiMap(lists, NO_COOKIES)
}

const pathLength = (cookie: Cookie): number => String(cookie.get('path')).length

function responseCookie(field: string): [string, Cookie] {
  const [pair = '', ...attributes] = field.split(';')
  const [name, value] = pairOf(pair)
  const cookie = emptyCookie(name, unquoted(value))
  const unparsed = new Map<string, string>()
  for (const attribute of attributes) setAttribute(cookie, unparsed, pairOf(attribute))
  cookie.set('unparsed_attributes', unparsed)
  return [name, cookie]
}

function setAttribute(cookie: Cookie, unparsed: Map<string, string>, [name, value]: [string, string]): void {
  switch (name.toLowerCase()) {
    case '':
      return
    case 'domain':
    case 'path':
      cookie.set(name.toLowerCase(), value)
      return
    case 'samesite':
      cookie.set('same_site', value)
      return
    case 'secure':
      cookie.set('secure', true)
      return
    case 'httponly':
      cookie.set('http_only', true)
      return
    case 'max-age':
      if (/^-?\d{1,10}$/.test(value)) cookie.set('max_age', new Duration(BigInt(value) * SECOND_NANOS))
      return
    case 'expires':
      if (!Number.isNaN(Date.parse(value))) cookie.set('expires', new Timestamp(Date.parse(value)))
      return
    default:
      unparsed.set(name, value)
  }
}

function pairOf(part: string): [string, string] {
  const at = part.indexOf('=')
  return at < 0 ? [part.trim(), ''] : [part.slice(0, at).trim(), part.slice(at + 1).trim()]
}

const unquoted = (value: string): string => /^"(.*)"$/s.exec(value)?.[1] ?? value

import { assertHeaderName, assertHeaderValue, assertHost, type HeaderList, isHopByHop } from '@tunnel/http'
import { ActionError } from './action-error.ts'
import { fieldFromText, firstField, withField, withoutFields } from './header-fields.ts'

/** Entries of one `add-headers` or `remove-headers`. Reference §1.7 */
export const MAX_EDITED_HEADERS = 10
export const MAX_HEADER_NAME_LENGTH = 128
export const MAX_HEADER_VALUE_BYTES = 8192

export interface AddHeadersOutcome {
  headers: HeaderList
  /** The last one's, if `host` was among those added to a request: it replaced the head's own. */
  host?: string
  results: { headers_added: Record<string, string> }
}

export interface RemoveHeadersOutcome {
  headers: HeaderList
  results: { headers_removed: string[] }
}

/**
 * Appends lines, whatever is there already; only `host` of a request replaces. Names are written in lower case, values as UTF-8.
 *
 * @param entries Names and values, interpolated; a list is several lines.
 * @returns A new list: a head's own is not to be changed.
 * @throws ActionError `ERR_TUNNEL_2210`, `ERR_TUNNEL_2211` or `ERR_TUNNEL_2219`; nothing was added then.
 * @see Reference §4.2
 */
export function addHeaders(
  headers: HeaderList,
  entries: Iterable<readonly [name: string, value: string | readonly string[]]>,
  phase: 'on_http_request' | 'on_http_response',
): AddHeadersOutcome {
  const added: HeaderList = []
  const results: AddHeadersOutcome['results'] = { headers_added: {} }
  let host: string | undefined
  for (const [givenName, value] of entries) {
    const name = givenName.toLowerCase()
    assertAddable(name)
    for (const line of typeof value === 'string' ? [value] : value) {
      const field = assertedValue(name, line)
      noteAdded(results.headers_added, name, line)
      if (name === 'host' && phase === 'on_http_request') host = assertedHost(field)
      else added.push(name, field)
    }
  }
  // Once for all: a list that grows is copied each time.
  if (host === undefined) return { headers: headers.concat(added), results }
  return { headers: withField(headers, 'host', host).concat(added), host, results }
}

/** In `headers_added`: `__proto__` is a token as well. */
export function noteAdded(record: Record<string, string>, name: string, value: string): void {
  if (name !== '__proto__') record[name] = value
  else Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true })
}

/**
 * Removes every line of each name.
 *
 * @throws ActionError `ERR_TUNNEL_2210` or `ERR_TUNNEL_2219`
 * @see Reference §4.18
 */
export function removeHeaders(headers: HeaderList, names: readonly string[]): RemoveHeadersOutcome {
  const unwanted = new Set(names.map((name) => name.toLowerCase()))
  for (const name of unwanted) assertRemovable(name)
  const removed = [...unwanted].filter((name) => firstField(headers, name) !== undefined)
  return { headers: withoutFields(headers, unwanted), results: { headers_removed: removed } }
}

/**
 * What `add-headers` refuses: names that are no tokens, and fields that frame the message or are the edge's own word.
 *
 * @throws ActionError `ERR_TUNNEL_2210` or `ERR_TUNNEL_2219`
 */
export function assertAddable(name: string): void {
  assertName(name)
  if (isEdgeOwned(name) || NOT_ADDED.has(name.toLowerCase()))
    throw new ActionError('ERR_TUNNEL_2219', `header ${name} cannot be added`)
}

/**
 * What `remove-headers` refuses. `host` too: a request always has one, and `add-headers` replaces it.
 *
 * @throws ActionError `ERR_TUNNEL_2210` or `ERR_TUNNEL_2219`
 */
export function assertRemovable(name: string): void {
  assertName(name)
  if (isEdgeOwned(name) || NOT_REMOVED.has(name.toLowerCase()))
    throw new ActionError('ERR_TUNNEL_2219', `header ${name} cannot be removed`)
}

/**
 * The value as a field holds it.
 *
 * @throws ActionError `ERR_TUNNEL_2211` for CR, LF, NUL and other control characters, or a value that is too long.
 */
export function assertedValue(name: string, text: string): string {
  const value = fieldFromText(text)
  if (value.length > MAX_HEADER_VALUE_BYTES) {
    const size = `${value.length} bytes exceeds the limit ${MAX_HEADER_VALUE_BYTES}`
    throw new ActionError('ERR_TUNNEL_2211', `value of header ${name} of ${size}`)
  }
  try {
    assertHeaderValue(value)
  } catch (error) {
    throw new ActionError('ERR_TUNNEL_2211', `value of header ${name} has a control character`, { cause: error })
  }
  return trimmed(value)
}

function assertedHost(host: string): string {
  try {
    assertHost(host)
  } catch (error) {
    throw new ActionError('ERR_TUNNEL_2211', 'value of header host is not a name or address', { cause: error })
  }
  return host
}

/** Not `trim()`: that also takes U+00A0, which is a byte of the value here. Not a pattern: `[ \t]+$` takes quadratic time. */
function trimmed(value: string): string {
  let from = 0
  let to = value.length
  while (from < to && isPadding(value[from])) from++
  while (to > from && isPadding(value[to - 1])) to--
  return value.slice(from, to)
}

function isPadding(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}

/**
 * The name in lower case, as a field has it.
 *
 * @throws ActionError `ERR_TUNNEL_2210` if it is no token, or too long.
 */
export function assertedName(name: string): string {
  assertName(name)
  return name.toLowerCase()
}

function assertName(name: string): void {
  try {
    assertHeaderName(name)
  } catch (error) {
    throw new ActionError('ERR_TUNNEL_2210', 'header name is not a token', { cause: error })
  }
  if (name.length > MAX_HEADER_NAME_LENGTH) {
    const size = `${name.length} characters exceeds the limit ${MAX_HEADER_NAME_LENGTH}`
    throw new ActionError('ERR_TUNNEL_2210', `header name of ${size}`)
  }
}

const EDGE_OWNED: ReadonlySet<string> = new Set(['content-length', 'ngrok-error-code', 'tunnel-error-code'])
const NOT_ADDED: ReadonlySet<string> = new Set(['user-agent', 'ngrok-skip-browser-warning'])
const NOT_REMOVED: ReadonlySet<string> = new Set(['user-agent', 'host'])

function isEdgeOwned(name: string): boolean {
  return isHopByHop(name) || EDGE_OWNED.has(name.toLowerCase())
}

import type { HeaderList } from '@tunnel/http'
import { ActionError } from './action-error.ts'
import { fieldValues, firstField, textFromField } from './header-fields.ts'

/** Where a token is, interpolated. */
export interface TokenSource {
  /** `at+jwt` asks for a header `typ` of its name; every other is a hint. */
  type: string
  method: 'header' | 'body'
  /** Of the header or the field, in any case. */
  name: string
  /** What precedes the token: `Bearer `, for example. */
  prefix: string
}

export interface TokenRequest {
  method: string
  headers: HeaderList
  /** The whole body, if a token can be in it. */
  body: Buffer | undefined
}

/** The largest body that a token is looked for in, in bytes. */
export const MAX_TOKEN_BODY_BYTES = 1024 * 1024

const METHODS_WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/**
 * The token's text.
 *
 * @throws ActionError `ERR_TUNNEL_3406`, `3408`, `3411` to `3415`, each for its reason.
 * @see Reference §7.4, "locate"
 */
export function locateToken(source: TokenSource, request: TokenRequest): string {
  const text = source.method === 'header' ? fromHeader(source.name, request) : fromBody(source.name, request)
  if (!text.startsWith(source.prefix)) throw new ActionError('ERR_TUNNEL_3413', 'token does not have its prefix')
  const token = text.slice(source.prefix.length)
  if (token === '') throw new ActionError('ERR_TUNNEL_3406', 'token is empty')
  return token
}

function fromHeader(name: string, { headers }: TokenRequest): string {
  const values = fieldValues(headers, name.toLowerCase())
  if (values[0] === undefined) throw new ActionError('ERR_TUNNEL_3408', 'header of the token is missing')
  return textFromField(values[0])
}

function fromBody(name: string, { method, headers, body }: TokenRequest): string {
  if (!METHODS_WITH_BODY.has(method)) throw new ActionError('ERR_TUNNEL_3415', 'method has no body for a token')
  const type = (firstField(headers, 'content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase()
  const size = body?.length ?? 0
  if (size > MAX_TOKEN_BODY_BYTES)
    throw new ActionError('ERR_TUNNEL_3406', `body of ${size} bytes exceeds the limit of ${MAX_TOKEN_BODY_BYTES}`)
  const text = body?.toString('utf8') ?? ''
  let token: unknown
  if (type === 'application/json') token = jsonField(text, name)
  else if (type === 'application/x-www-form-urlencoded') token = formField(text, name)
  else throw new ActionError('ERR_TUNNEL_3414', 'content type of the body is not JSON or a form')
  if (typeof token !== 'string') throw new ActionError('ERR_TUNNEL_3406', 'body has no token')
  return token
}

function jsonField(text: string, name: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new ActionError('ERR_TUNNEL_3411', 'body is not JSON', { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ActionError('ERR_TUNNEL_3411', 'body is not a JSON object')
  return Object.entries(value).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
}

function formField(text: string, name: string): string | undefined {
  for (const pair of text.split('&')) {
    const equals = pair.indexOf('=')
    const key = decode(equals < 0 ? pair : pair.slice(0, equals))
    if (key.toLowerCase() === name.toLowerCase()) return equals < 0 ? '' : decode(pair.slice(equals + 1))
  }
  return undefined
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (cause) {
    throw new ActionError('ERR_TUNNEL_3412', 'body is not a form', { cause })
  }
}

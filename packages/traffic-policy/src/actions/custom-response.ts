import { type HeaderList, isHopByHop } from '@tunnel/http'
import { ActionError } from './action-error.ts'
import { assertedName, assertedValue } from './edit-headers.ts'
import { firstField } from './header-fields.ts'

export interface CustomResponse {
  status: number
  headers: HeaderList
  /** Empty for `HEAD`, whose `content-length` is that of `GET`. */
  body: Buffer
}

const HTML =
  /^\s{0,1024}<(?:!doctype html|html|head|body|script|iframe|h1|div|font|table|a|style|title|b|br|p|!--)(?=[\s>/-])/i

/**
 * The response of `custom-response`, with its length and, where none is given, the type that its body looks like.
 *
 * @param headers Interpolated names and values.
 * @throws ActionError `ERR_TUNNEL_3604` for a body where the status has none, `ERR_TUNNEL_2210` or `ERR_TUNNEL_2211` for a
 *   header. Fields of the framing and of the connection are left out: the edge writes those.
 * @see Reference §4.7
 */
export function customResponse(
  method: string,
  status: number,
  bodyText: string,
  headers: Iterable<readonly [name: string, value: string]>,
): CustomResponse {
  const body = Buffer.from(bodyText, 'utf8')
  const isBodyless = status < 200 || status === 204 || status === 304
  if (isBodyless && body.length > 0) throw new ActionError('ERR_TUNNEL_3604', `status ${status} does not allow a body`)
  const fields: HeaderList = []
  for (const [givenName, value] of headers) {
    const name = assertedName(givenName)
    if (name !== 'content-length' && !isHopByHop(name)) fields.push(name, assertedValue(name, value))
  }
  if (body.length > 0 && firstField(fields, 'content-type') === undefined)
    fields.push('content-type', contentTypeOf(bodyText))
  if (!isBodyless) fields.push('content-length', String(body.length))
  return { status, headers: fields, body: method === 'HEAD' ? Buffer.alloc(0) : body }
}

/** The empty response of `deny`. Reference §4.8 */
export function denyResponse(status = 403): CustomResponse {
  return { status, headers: status === 204 || status === 304 ? [] : ['content-length', '0'], body: Buffer.alloc(0) }
}

/** JSON if it is an object or array, HTML if it begins with one of its tags, text otherwise. */
export function contentTypeOf(body: string): string {
  if (HTML.test(body)) return 'text/html; charset=utf-8'
  return isJsonStructure(body) ? 'application/json' : 'text/plain; charset=utf-8'
}

function isJsonStructure(body: string): boolean {
  const first = /^\s*([{[])/.exec(body)
  if (first === null) return false
  try {
    JSON.parse(body)
    return true
  } catch {
    return false
  }
}

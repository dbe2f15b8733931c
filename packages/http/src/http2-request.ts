import { consistsOf, TARGET, TOKEN } from './bytes.ts'
import { HttpError } from './errors.ts'
import { isName } from './field-name.ts'
import { isPadding } from './fields.ts'
import type { HeaderList, RequestHead } from './head.ts'
import { isHopByHop } from './hop-by-hop.ts'
import { assertHost } from './host.ts'
import { type HttpLimits, resolveHttpLimits } from './limits.ts'
import { readFacts } from './message-facts.ts'
import { authorityOfTarget } from './request-target.ts'
import { assertHeaderValue } from './validate-header.ts'

/**
 * The HTTP/1.1 head of an HTTP/2 request: as strict as `RequestDecoder`, and what an upstream is sent can be written from it.
 * `host` comes first, cookie crumbs are one `cookie` field again, names are in lower case. An extended CONNECT for a WebSocket is a GET
 * with `upgrade`; its `sec-websocket-key` is for the caller to make.
 *
 * @param fields names and values in turn as they came, pseudo fields included
 * @param endStream whether the HEADERS frame ended the stream, so that no body follows
 * @throws HttpError
 * @see RFC 9113 §8.2, §8.3
 */
export function requestHeadFromHttp2(
  fields: readonly string[],
  endStream: boolean,
  limits?: Partial<HttpLimits>,
): RequestHead {
  const pseudo = new Map<string, string>()
  const headers: HeaderList = []
  let cookie: string | undefined
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at]!
    const value = fields[at + 1]!
    assertValue(value)
    if (name.startsWith(':')) {
      if (headers.length > 0 || cookie !== undefined)
        throw new HttpError('ERR_HTTP_HEADER_NAME', 'a pseudo header after other fields')
      notePseudo(pseudo, name, value)
      continue
    }
    assertName(name)
    assertNotOfConnection(name, value)
    if (name === 'cookie') cookie = cookie === undefined ? value : `${cookie}; ${value}`
    else headers.push(name, value)
  }
  if (cookie !== undefined) headers.push('cookie', cookie)
  return headFrom(pseudo, headers, endStream, resolveHttpLimits(limits))
}

/**
 * The trailers of an HTTP/2 request, as strict as its head.
 *
 * @throws HttpError
 * @see RFC 9113 §8.1
 */
export function trailersFromHttp2(fields: readonly string[], limits?: Partial<HttpLimits>): HeaderList {
  const { maxHeaders } = resolveHttpLimits(limits)
  if (fields.length / 2 > maxHeaders)
    throw new HttpError('ERR_HTTP_TOO_MANY_HEADERS', `more than maxHeaders ${maxHeaders} trailer fields`)
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at]!
    const value = fields[at + 1]!
    assertName(name)
    assertValue(value)
    assertNotOfConnection(name, value)
  }
  return [...fields]
}

function headFrom(
  pseudo: Map<string, string>,
  headers: HeaderList,
  endStream: boolean,
  limits: HttpLimits,
): RequestHead {
  const upgrade = upgradeFrom(pseudo)
  const method = upgrade === undefined ? (pseudo.get(':method') ?? '') : 'GET'
  const target = pseudo.get(':path') ?? ''
  assertMethod(method, limits)
  assertScheme(pseudo.get(':scheme'))
  assertPath(method, target, limits)
  const facts = readFacts(headers)
  const host = agreedHost(pseudo.get(':authority'), facts.host)
  if (endStream && facts.contentLength > 0) {
    throw new HttpError('ERR_HTTP_CONTENT_LENGTH', `content-length ${facts.contentLength} of a request without a body`)
  }
  if (facts.host === undefined) headers.unshift('host', host)
  if (headers.length / 2 > limits.maxHeaders) {
    throw new HttpError('ERR_HTTP_TOO_MANY_HEADERS', `more than maxHeaders ${limits.maxHeaders} header fields`)
  }
  return {
    method,
    target,
    minorVersion: 1,
    headers,
    host,
    ...(upgrade === undefined ? bodyFrom(facts.contentLength, endStream) : NO_BODY),
    keepAlive: true,
    upgrade,
    expectContinue: facts.expectContinue,
  }
}

/** What follows an upgrade is none. */
const NO_BODY = { framing: 'none', contentLength: 0 } as const

function bodyFrom(contentLength: number, endStream: boolean): Pick<RequestHead, 'framing' | 'contentLength'> {
  if (contentLength >= 0) return { framing: 'length', contentLength }
  return endStream ? NO_BODY : { framing: 'chunked', contentLength: 0 }
}

/** Extended CONNECT (RFC 8441 §4) is the upgrade of HTTP/2. */
function upgradeFrom(pseudo: Map<string, string>): string | undefined {
  const protocol = pseudo.get(':protocol')
  if (protocol === undefined) return undefined
  if (pseudo.get(':method') !== 'CONNECT')
    throw new HttpError('ERR_HTTP_CONNECT', ':protocol without CONNECT', { status: 400 })
  if (!isName(protocol, 'websocket')) {
    // RFC 9220 §3
    throw new HttpError('ERR_HTTP_CONNECT', 'CONNECT with another :protocol than websocket', { status: 501 })
  }
  return 'websocket'
}

const PSEUDO = [':method', ':scheme', ':authority', ':path', ':protocol']

function notePseudo(pseudo: Map<string, string>, name: string, value: string): void {
  if (!PSEUDO.includes(name)) throw new HttpError('ERR_HTTP_HEADER_NAME', 'unknown pseudo header')
  if (pseudo.has(name)) throw new HttpError('ERR_HTTP_HEADER_NAME', `more than one ${name}`)
  pseudo.set(name, value)
}

function assertName(name: string): void {
  if (name === '' || !consistsOf(TOKEN, name) || name !== name.toLowerCase()) {
    throw new HttpError('ERR_HTTP_HEADER_NAME', 'header name is not a token in lower case')
  }
}

function assertValue(value: string): void {
  assertHeaderValue(value)
  if (value !== '' && (isPadding(value.charCodeAt(0)) || isPadding(value.charCodeAt(value.length - 1)))) {
    throw new HttpError('ERR_HTTP_HEADER_VALUE', 'a header value starts or ends with whitespace')
  }
}

/** HTTP/2 has its own framing and connection: RFC 9113 §8.2.2. `trailer` is a field like others there. */
function assertNotOfConnection(name: string, value: string): void {
  const isAllowed = name === 'te' ? isName(value, 'trailers') : !isConnectionField(name)
  if (!isAllowed) throw new HttpError('ERR_HTTP_CONNECTION_FIELD', `${name} in an HTTP/2 request`)
}

function isConnectionField(name: string): boolean {
  return isHopByHop(name) && name !== 'trailer' && !name.startsWith('proxy-auth') && name !== 'http2-settings'
}

function assertMethod(method: string, { maxMethodBytes }: HttpLimits): void {
  if (method === '' || !consistsOf(TOKEN, method)) throw new HttpError('ERR_HTTP_METHOD', 'method is not a token')
  if (method.length <= maxMethodBytes) return
  throw new HttpError(
    'ERR_HTTP_METHOD_TOO_LONG',
    `method of ${method.length} bytes exceeds maxMethodBytes ${maxMethodBytes}`,
  )
}

/** A gateway to another scheme (RFC 9113 §8.3.1) is not what this head is for. */
function assertScheme(scheme: string | undefined): void {
  if (scheme !== 'https' && scheme !== 'http')
    throw new HttpError('ERR_HTTP_TARGET', ':scheme is neither https nor http')
}

function assertPath(method: string, path: string, { maxTargetBytes }: HttpLimits): void {
  if (path.length > maxTargetBytes) {
    const message = `request target of ${path.length} bytes exceeds maxTargetBytes ${maxTargetBytes}`
    throw new HttpError('ERR_HTTP_TARGET_TOO_LONG', message)
  }
  const isAbsolute = authorityOfTarget(method, path) !== undefined
  if (isAbsolute || !consistsOf(TARGET, path)) throw new HttpError('ERR_HTTP_TARGET', ':path is not a path')
}

function agreedHost(authority: string | undefined, host: string | undefined): string {
  const agreed = authority ?? host
  if (agreed === undefined) throw new HttpError('ERR_HTTP_HOST', 'neither :authority nor host')
  if (host !== undefined && host.toLowerCase() !== agreed.toLowerCase()) {
    throw new HttpError('ERR_HTTP_HOST', ':authority and host disagree')
  }
  assertHost(agreed)
  return agreed
}

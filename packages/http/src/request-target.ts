import { HttpError } from './errors.ts'
import { assertHost } from './host.ts'

const SLASH = 0x2f

/**
 * The authority that an absolute-form target names; `undefined` for origin-form and for `*`.
 * Only `http` and `https`, as only they have a Host to agree with.
 *
 * @throws HttpError `ERR_HTTP_CONNECT`, `ERR_HTTP_TARGET` (other forms, userinfo, `*` without OPTIONS) or `ERR_HTTP_HOST`.
 * @see RFC 9112 §3.2
 */
export function authorityOfTarget(method: string, target: string): string | undefined {
  if (method === 'CONNECT') throw new HttpError('ERR_HTTP_CONNECT', 'CONNECT is not supported')
  if (target.charCodeAt(0) === SLASH) return undefined
  if (target === '*' && method === 'OPTIONS') return undefined
  const start = authorityStart(target)
  if (start < 0) throw new HttpError('ERR_HTTP_TARGET', 'request target is neither a path nor an http URL')
  const authority = target.slice(start, authorityEnd(target, start))
  if (authority.includes('@')) throw new HttpError('ERR_HTTP_TARGET', 'request target has userinfo')
  assertHost(authority)
  return authority
}

/** The target as an origin server is sent it: a path with its query, or `*`. */
export function originForm(method: string, target: string): string {
  const start = authorityStart(target)
  if (target.charCodeAt(0) === SLASH || start < 0) return target
  const path = target.slice(authorityEnd(target, start))
  if (path.charCodeAt(0) === SLASH) return path
  // OPTIONS of an authority with no path is a question about the server: RFC 9112 §3.2.4.
  return path === '' && method === 'OPTIONS' ? '*' : `/${path}`
}

function authorityStart(target: string): number {
  const scheme = target.slice(0, 8).toLowerCase()
  if (scheme === 'https://') return 8
  return scheme.startsWith('http://') ? 7 : -1
}

function authorityEnd(target: string, start: number): number {
  for (let at = start; at < target.length; at++) {
    const code = target.charCodeAt(at)
    if (code === SLASH || code === 0x3f) return at
  }
  return target.length
}

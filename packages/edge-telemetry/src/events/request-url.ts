/** Of a URL, where it has one: never written, it may be a password. */
const AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i

export interface RequestUrl {
  readonly path: string
  /** Without its question mark. */
  readonly query: string
  /** Both, as they were sent. */
  readonly raw: string
}

/** The parts of a request target. */
export function requestUrl(target: string): RequestUrl {
  const raw = target.charCodeAt(0) === 0x2f ? target : originOf(target)
  const at = raw.indexOf('?')
  return at < 0 ? { path: raw, query: '', raw } : { path: raw.slice(0, at), query: raw.slice(at + 1), raw }
}

function originOf(target: string): string {
  const rest = target.replace(AUTHORITY, '')
  return rest === target || rest.startsWith('/') ? rest : `/${rest}`
}

import { queryPairs } from '../cel/functions/urls.ts'
import { type MultiMap, textMultiMap } from './multi-map.ts'

/** The parts of a request's URL as they are sent on; `query` without its `?`. */
export interface UrlParts {
  readonly scheme: string
  /** `user:password`, or empty. */
  readonly userinfo: string
  /** With its port if it has one. */
  readonly host: string
  readonly path: string
  readonly query: string
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' }
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/(?:([^/?#@]*)@)?[^/?#]*/i

/** The URL that a request line and its host name. */
export function urlParts(scheme: string, host: string, target: string): UrlParts {
  const absolute = target.startsWith('/') ? null : ABSOLUTE.exec(target)
  const rest = absolute ? target.slice(absolute[0].length) : target
  const hash = rest.indexOf('#')
  const local = hash < 0 ? rest : rest.slice(0, hash)
  const question = local.indexOf('?')
  return {
    scheme,
    userinfo: absolute?.[1] ?? '',
    host,
    path: question < 0 ? local : local.slice(0, question),
    query: question < 0 ? '' : local.slice(question + 1),
  }
}

/** A URL as rules see it: normalised, each part worked out once when asked for. Reference §3.5 */
export class RequestUrl {
  readonly #parts: UrlParts
  #path: string | undefined
  #text: string | undefined
  #queryParams: MultiMap | undefined

  constructor(parts: UrlParts) {
    this.#parts = parts
  }

  get scheme(): string {
    return this.#parts.scheme
  }

  get query(): string {
    return this.#parts.query
  }

  get userPassword(): string {
    return this.#parts.userinfo
  }

  get host(): string {
    return splitHost(this.#parts.host)[0]
  }

  get port(): number | undefined {
    const port = splitHost(this.#parts.host)[1]
    return port === '' ? undefined : Number(port)
  }

  /** With the user info, without a default port. */
  get authority(): string {
    const { userinfo, host, scheme } = this.#parts
    const [name, port] = splitHost(host)
    const place = port === '' || port === DEFAULT_PORTS[scheme] ? name : host
    return userinfo === '' ? place : `${userinfo}@${place}`
  }

  get path(): string {
    this.#path ??= normalizedPath(this.#parts.path)
    return this.#path
  }

  get uri(): string {
    return this.query === '' ? this.path : `${this.path}?${this.query}`
  }

  get text(): string {
    this.#text ??= `${this.scheme}://${this.authority}${this.uri}`
    return this.#text
  }

  get queryParams(): MultiMap {
    this.#queryParams ??= textMultiMap(queryPairs(this.query))
    return this.#queryParams
  }
}

function splitHost(host: string): [name: string, port: string] {
  const match = /^(.*?)(?::(\d*))?$/.exec(host)
  // The last colon of a bare IPv6 address is not a port's: those come in brackets.
  return host.includes('[') && !host.includes(']:') ? [host, ''] : [match?.[1] ?? host, match?.[2] ?? '']
}

const UNRESERVED = /[A-Za-z0-9._~-]/

/**
 * RFC 3986 §6.2.2: escapes of plain characters are undone, then dot segments; so that no spelling of a path slips past a rule.
 * Doubled slashes stay.
 */
export function normalizedPath(raw: string): string {
  if (raw === '' || raw === '*') return '/'
  const decoded = raw.includes('%')
    ? raw.replace(/%[0-9a-f]{2}/gi, (escaped) => {
        const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
        return UNRESERVED.test(character) ? character : escaped.toUpperCase()
      })
    : raw
  const path = decoded.startsWith('/') ? decoded : `/${decoded}`
  return path.includes('/.') ? withoutDotSegments(path) : path
}

function withoutDotSegments(path: string): string {
  const segments = path.slice(1).split('/')
  const kept: string[] = []
  for (const segment of segments) {
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
  }
  const last = segments.at(-1)
  if (last === '.' || last === '..') kept.push('')
  return `/${kept.join('/')}`
}

import type { HeaderList } from '@tunnel/http'
import { formatAbsoluteUrl, parseAbsoluteUrl } from './absolute-url.ts'
import { ActionError } from './action-error.ts'
import { addHeaders, assertedValue, MAX_EDITED_HEADERS } from './edit-headers.ts'
import { firstField, withField } from './header-fields.ts'
import type { PolicyRequest } from './policy-fetch.ts'

/** The fields of the action, interpolated. */
export interface HttpRequestConfig {
  url: string
  method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE' | 'OPTIONS'
  queryParams: readonly { key: string; value: string }[]
  headers: readonly (readonly [name: string, value: string])[]
  /** @default none */
  body?: string
  /** 0 to 5. With 0 a redirect is the response; otherwise one more than this many is an error. */
  maxRedirects: number
  /** Of the whole action, in milliseconds, 1 s to 30 s. */
  timeoutMs: number
}

/** What the request tells of the exchange that it is made for. */
export interface HttpRequestFacts {
  requestId: string
  clientIp: string
  /** Where abuse can be reported; empty for nowhere. */
  reportAbuseUrl: string
  /** Of the exchange: a request that a policy made says how many others it comes from. */
  requestHeaders: HeaderList
}

export const MAX_QUERY_PARAMS = 32
export const MAX_QUERY_KEY_LENGTH = 128
export const MAX_QUERY_VALUE_LENGTH = 8192
/** The most requests that one may be made on behalf of in a chain. */
export const MAX_REQUEST_HOPS = 3

const HOPS_FIELD = 'tunnel-req-hops'

/**
 * The request of an `http-request` action.
 *
 * @throws ActionError `ERR_TUNNEL_2253` for a URL that is none, `ERR_TUNNEL_2218` for query parameters beyond a limit, `ERR_TUNNEL_2210`,
 *   `ERR_TUNNEL_2211` or `ERR_TUNNEL_2219` for a header, `ERR_TUNNEL_3603` for a chain of requests that is too long.
 * @see Reference §4.10
 */
export function buildHttpRequest(config: HttpRequestConfig, facts: HttpRequestFacts): PolicyRequest {
  const url = parseAbsoluteUrl(config.url)
  if (url === undefined || (url.scheme !== 'http' && url.scheme !== 'https') || url.userinfo !== '')
    throw new ActionError('ERR_TUNNEL_2253', 'url is not an http or https url without credentials')
  const query = withParams(url.query, config.queryParams)
  const body = config.body === undefined ? undefined : Buffer.from(config.body, 'utf8')
  return {
    method: config.method,
    url: formatAbsoluteUrl({ ...url, path: url.path === '' ? '/' : url.path, query, fragment: '' }),
    headers: requestHeaders(config.headers, facts, url.host, body),
    body,
  }
}

/** How many requests of policies the exchange comes from; a field that is no such number counts as the limit. */
export function requestHops(requestHeaders: HeaderList): number {
  const hops = firstField(requestHeaders, HOPS_FIELD)
  if (hops === undefined) return 0
  return /^\d$/.test(hops) ? Number(hops) : MAX_REQUEST_HOPS
}

function requestHeaders(
  given: HttpRequestConfig['headers'],
  facts: HttpRequestFacts,
  host: string,
  body: Buffer | undefined,
): HeaderList {
  if (given.length > MAX_EDITED_HEADERS)
    throw new ActionError('ERR_TUNNEL_2218', `${given.length} headers exceed the limit of ${MAX_EDITED_HEADERS}`)
  const hops = requestHops(facts.requestHeaders) + 1
  if (hops > MAX_REQUEST_HOPS)
    throw new ActionError(
      'ERR_TUNNEL_3603',
      `request would be number ${hops} of a chain of at most ${MAX_REQUEST_HOPS}`,
    )
  const agent = given.findLast(([name]) => name.toLowerCase() === 'user-agent')?.[1]
  const others = given.filter(([name]) => name.toLowerCase() !== 'user-agent')
  let headers = addHeaders(['host', host], others, 'on_http_request').headers
  headers = withField(headers, 'user-agent', agent === undefined ? 'ngrok/cloud' : assertedValue('user-agent', agent))
  headers = withField(headers, 'x-forwarded-for', assertedValue('x-forwarded-for', facts.clientIp))
  if (facts.reportAbuseUrl !== '')
    headers = withField(headers, 'ngrok-report-abuse', assertedValue('ngrok-report-abuse', facts.reportAbuseUrl))
  headers = withField(headers, 'ngrok-req-type', 'http-request')
  headers = withField(headers, 'ngrok-req-id', assertedValue('ngrok-req-id', facts.requestId))
  headers = withField(headers, HOPS_FIELD, String(hops))
  return body === undefined ? headers : withField(headers, 'content-length', String(body.length))
}

function withParams(query: string, params: HttpRequestConfig['queryParams']): string {
  if (params.length > MAX_QUERY_PARAMS)
    throw new ActionError(
      'ERR_TUNNEL_2218',
      `${params.length} query parameters exceed the limit of ${MAX_QUERY_PARAMS}`,
    )
  const added = params.map(({ key, value }) => {
    if (key.length > MAX_QUERY_KEY_LENGTH || value.length > MAX_QUERY_VALUE_LENGTH) {
      const limits = `${MAX_QUERY_KEY_LENGTH} and ${MAX_QUERY_VALUE_LENGTH}`
      const lengths = `${key.length} and ${value.length}`
      throw new ActionError('ERR_TUNNEL_2218', `query key and value of ${lengths} characters exceed ${limits}`)
    }
    return `${encode(key)}=${encode(value)}`
  })
  const parts = [query.slice(1), ...added].filter((part) => part !== '')
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

/** By way of UTF-8, since `encodeURIComponent` throws for half a surrogate pair. */
function encode(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString())
}

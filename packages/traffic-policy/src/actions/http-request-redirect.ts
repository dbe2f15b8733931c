import { formatAbsoluteUrl, parseAbsoluteUrl } from './absolute-url.ts'
import { ActionError } from './action-error.ts'
import { firstField, withField, withoutFields } from './header-fields.ts'
import type { PolicyRequest, PolicyResponse } from './policy-fetch.ts'

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
/** What is meant for one origin only. */
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'cookie'])
const OF_A_BODY: ReadonlySet<string> = new Set(['content-length', 'content-type', 'content-encoding'])

/**
 * The request that follows a redirect, `undefined` if the response is none. Another origin is not told the credentials.
 *
 * @throws ActionError `ERR_TUNNEL_2253` for a `Location` that is no http or https URL.
 * @see RFC 9110 §15.4
 */
export function redirectedRequest(
  request: PolicyRequest,
  { status, headers }: PolicyResponse,
): PolicyRequest | undefined {
  const location = firstField(headers, 'location')
  if (!REDIRECTS.has(status) || location === undefined) return undefined
  const from = new URL(request.url)
  const to = resolve(location, from)
  const url = parseAbsoluteUrl(to.href)!
  const becomesGet = status === 303 || (status < 303 && request.method === 'POST')
  let fields = withField(request.headers, 'host', url.host)
  if (to.origin !== from.origin) fields = withoutFields(fields, CREDENTIALS)
  if (becomesGet) fields = withoutFields(fields, OF_A_BODY)
  return {
    method: becomesGet ? 'GET' : request.method,
    url: formatAbsoluteUrl({ ...url, fragment: '' }),
    headers: fields,
    body: becomesGet ? undefined : request.body,
  }
}

function resolve(location: string, base: URL): URL {
  const isUrl = URL.canParse(location, base.href)
  const url = isUrl ? new URL(location, base.href) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.username !== '')
    throw new ActionError('ERR_TUNNEL_2253', 'redirect is not to an http or https url')
  return url
}

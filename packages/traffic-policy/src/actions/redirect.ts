import type { HeaderList } from '@tunnel/http'
import { formatAbsoluteUrl } from './absolute-url.ts'
import { fieldFromText } from './header-fields.ts'
import { replaceUrl, type UrlReplacement } from './replace-url.ts'

export interface RedirectResults {
  matches: string[]
  url: string
}

export interface RedirectOutcome {
  status: number
  /** `location`; the action's own headers are added to it by `addHeaders`. */
  headers: HeaderList
  results: RedirectResults
}

/**
 * Answers with the URL that the replacement gives. `Location` is absolute.
 *
 * @param url The full URL of the request as rules see it, `req.url`.
 * @param status 301, 302, 303, 307 or 308.
 * @returns `undefined` if nothing changes: the chain goes on.
 * @throws ActionError `ERR_TUNNEL_2253` or `ERR_TUNNEL_2249`
 * @see Reference §4.17
 */
export function redirect(url: string, replacement: UrlReplacement, status: number): RedirectOutcome | undefined {
  const replaced = replaceUrl(url, replacement)
  if (replaced === undefined) return undefined
  const location = formatAbsoluteUrl(replaced.url)
  return {
    status,
    headers: ['location', fieldFromText(location)],
    results: { matches: replaced.matches, url: location },
  }
}

import { type AbsoluteUrl, formatAbsoluteUrl, targetOf } from './absolute-url.ts'
import { replaceUrl, type UrlReplacement } from './replace-url.ts'

export interface UrlRewriteResults {
  matches: string[]
  url: string
}

export interface UrlRewritten {
  url: AbsoluteUrl
  /** Path and query, as the upstream's request line has them. */
  target: string
  /** What `Host` becomes, if the rewrite changed it. Which endpoint answers is not affected. */
  host?: string
  results: UrlRewriteResults
}

/**
 * Rewrites the URL that the upstream and later rules see; the visitor is not told.
 *
 * @param url The full URL of the request as rules see it, `req.url`.
 * @param host Its host with the port, as the request has it now.
 * @returns `undefined` if nothing changes.
 * @throws ActionError `ERR_TUNNEL_2253` or `ERR_TUNNEL_2249`
 * @see Reference §4.20
 */
export function rewriteUrl(url: string, host: string, replacement: UrlReplacement): UrlRewritten | undefined {
  const replaced = replaceUrl(url, replacement)
  if (replaced === undefined) return undefined
  const { url: rewritten, matches } = replaced
  return {
    url: rewritten,
    target: targetOf(rewritten),
    ...(rewritten.host !== host && { host: rewritten.host }),
    results: { matches, url: formatAbsoluteUrl(rewritten) },
  }
}

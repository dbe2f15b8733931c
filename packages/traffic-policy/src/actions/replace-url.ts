import { type AbsoluteUrl, formatAbsoluteUrl, MAX_URL_BYTES, parseAbsoluteUrl, targetOf } from './absolute-url.ts'
import { ActionError } from './action-error.ts'
import type { Regex } from './regex.ts'
import { replaceAllInText } from './replace.ts'

export interface UrlReplacement {
  /** The pattern, interpolated and compiled; without one the whole URL is replaced. */
  from?: Regex
  /** The replacement, interpolated, with `$1` and so on. */
  to: string
}

export interface ReplacedUrl {
  url: AbsoluteUrl
  /** What the pattern matched. */
  matches: string[]
}

/**
 * Replaces all matches in a URL. Where that gives no absolute URL with a host, the matches in its path and query are replaced instead, so
 * that `/.*` can mean the path.
 *
 * @returns `undefined` if nothing matched or nothing changed.
 * @throws ActionError `ERR_TUNNEL_2253` if the result is no URL, `ERR_TUNNEL_2249` if it is longer than `MAX_URL_BYTES`.
 * @see Reference §4.17, §4.20
 */
export function replaceUrl(url: string, { from, to }: UrlReplacement): ReplacedUrl | undefined {
  const whole = from === undefined ? { output: to, matches: [url] } : replaceIn(url, from, to)
  if (whole.matches.length === 0 || whole.output === url) return undefined
  const absolute = parseAbsoluteUrl(whole.output)
  const replaced = absolute === undefined ? replacedPath(url, from, to) : { url: absolute, matches: whole.matches }
  return formatAbsoluteUrl(replaced.url) === url ? undefined : replaced
}

function replacedPath(url: string, from: Regex | undefined, to: string): ReplacedUrl {
  const base = parseAbsoluteUrl(url)
  if (base === undefined) throw new ActionError('ERR_TUNNEL_2253', 'request url is not absolute')
  const target = targetOf(base)
  const { output, matches } = from === undefined ? { output: to, matches: [url] } : replaceIn(target, from, to)
  return { url: resolved(output, base), matches }
}

/** `//host` and a scheme without a host would leave the host that the visitor asked for: they are paths here. */
function resolved(reference: string, base: AbsoluteUrl): AbsoluteUrl {
  const origin = formatAbsoluteUrl({ ...base, path: '', query: '', fragment: '' })
  let target = reference
  if (reference.startsWith('?')) target = (base.path || '/') + reference
  else if (!reference.startsWith('/')) target = base.path.slice(0, base.path.lastIndexOf('/') + 1) + reference
  const url = parseAbsoluteUrl(origin + (target.startsWith('/') ? target : `/${target}`))
  if (url === undefined) throw new ActionError('ERR_TUNNEL_2253', 'replaced url is not a url')
  return url
}

function replaceIn(text: string, regex: Regex, to: string) {
  return replaceAllInText(text, { regex, to, maxOutputBytes: MAX_URL_BYTES, code: 'ERR_TUNNEL_2249' })
}

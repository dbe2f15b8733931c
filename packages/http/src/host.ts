import { COLON, consistsOf, HOST_NAME, IPV6, isDigit } from './bytes.ts'
import { HttpError } from './errors.ts'

const HIGHEST_PORT = 65_535

/**
 * Refuses what is not `name`, `name:port`, `[v6]` or `[v6]:port`. Narrower than RFC 3986: no percent-encoding, no sub-delimiters, no
 * empty host or port, since an edge routes by DNS name and two spellings of one host are one too many.
 *
 * @throws HttpError `ERR_HTTP_HOST`
 */
export function assertHost(host: string): void {
  const nameEnd = host.charCodeAt(0) === 0x5b ? endOfLiteral(host) : endOfName(host)
  const isWhole = nameEnd === host.length || (nameEnd > 0 && isPort(host, nameEnd))
  if (nameEnd <= 0 || !isWhole)
    throw new HttpError('ERR_HTTP_HOST', 'host is not a name or address with an optional port')
}

function endOfName(host: string): number {
  let end = 0
  while (end < host.length && HOST_NAME[host.charCodeAt(end)] === 1) end++
  return end
}

function endOfLiteral(host: string): number {
  const bracket = host.indexOf(']')
  return bracket > 2 && consistsOf(IPV6, host, 1, bracket) ? bracket + 1 : -1
}

function isPort(host: string, from: number): boolean {
  const digits = host.length - from - 1
  if (host.charCodeAt(from) !== COLON || digits < 1 || digits > 5) return false
  for (let at = from + 1; at < host.length; at++) if (!isDigit(host.charCodeAt(at))) return false
  return Number(host.slice(from + 1)) <= HIGHEST_PORT
}

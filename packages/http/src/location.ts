/** A host that a request was rewritten to, and where the visitor knows it. */
export interface LocationRewrite {
  /** The rewritten `Host`, with its port if it has one. */
  fromHost: string
  /** Scheme and authority without a trailing slash: `https://app.example.com`. */
  toOrigin: string
}

/**
 * Maps a `Location` on the rewritten host back to the endpoint's origin; any other is returned as it is. Default ports compare equal to none.
 */
export function rewriteLocation(location: string, { fromHost, toOrigin }: LocationRewrite): string {
  const lower = location.slice(0, 8).toLowerCase()
  const scheme = lower === 'https://' ? 'https:' : lower.startsWith('http://') ? 'http:' : ''
  if (scheme === '' && !location.startsWith('//')) return location
  const start = scheme.length + 2
  const end = authorityEnd(location, start)
  const matches = withoutDefaultPort(location.slice(start, end), scheme) === withoutDefaultPort(fromHost, scheme)
  return matches ? toOrigin + location.slice(end) : location
}

function authorityEnd(location: string, start: number): number {
  const end = location.slice(start).search(/[/?#]/)
  return end < 0 ? location.length : start + end
}

function withoutDefaultPort(authority: string, scheme: string): string {
  const lower = authority.toLowerCase()
  const port = scheme === 'https:' ? ':443' : scheme === 'http:' ? ':80' : '\0'
  return lower.endsWith(port) ? lower.slice(0, -port.length) : lower
}

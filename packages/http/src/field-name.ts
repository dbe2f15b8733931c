/**
 * Whether a field name is `expected` (given in lower case), in any case. Without a lower-cased copy: this runs for each field of each head.
 * Only for names that are tokens: `| 0x20` also maps some control bytes onto `-`.
 */
export function isName(name: string, expected: string): boolean {
  if (name.length !== expected.length) return false
  for (let at = 0; at < expected.length; at++) {
    if ((name.charCodeAt(at) | 0x20) !== expected.charCodeAt(at)) return false
  }
  return true
}

/**
 * Whether the name begins with `prefix` (lower case, dashes), in any case and with `_` for `-`: CGI and WSGI upstreams hear
 * `X_Forwarded_For` and `X-Forwarded-For` as one, so a field that only the proxy may set is not the client's to spell otherwise.
 */
export function looksLikePrefix(name: string, prefix: string): boolean {
  if (name.length < prefix.length) return false
  for (let at = 0; at < prefix.length; at++) {
    const code = name.charCodeAt(at)
    if ((code === 0x5f ? 0x2d : code | 0x20) !== prefix.charCodeAt(at)) return false
  }
  return true
}

/** Whether the name as a whole looks like `expected`, in the sense of `looksLikePrefix`. */
export function looksLikeName(name: string, expected: string): boolean {
  return name.length === expected.length && looksLikePrefix(name, expected)
}

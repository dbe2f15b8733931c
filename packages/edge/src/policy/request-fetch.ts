import type { PolicyFetch } from '@tunnel/traffic-policy'

/** Which hosts `http-request` may reach: a name, `*.` with a name for those below it, `*` for all. */
export function isRequestHost(patterns: readonly string[], host: string): boolean {
  return patterns.some((pattern) => {
    const lower = pattern.toLowerCase()
    if (lower === '*') return true
    return lower.startsWith('*.') ? host.endsWith(lower.slice(1)) : host === lower
  })
}

/** `http-request` of one account: its internal endpoints, and the hosts that the edge allows (reference traffic-policy.md §4.10). */
export function createRequestFetch(internal: PolicyFetch, outside: PolicyFetch, hosts: readonly string[]): PolicyFetch {
  return (request, limits) => {
    const { hostname } = new URL(request.url)
    if (hostname.endsWith('.internal')) return internal(request, limits)
    if (isRequestHost(hosts, hostname)) return outside(request, limits)
    return Promise.reject(new Error(`requests of policies to ${hostname} are not allowed by this edge`))
  }
}

import { TunnelError } from '@tunnel/protocol'
import { shownLocation } from './http-location.ts'
import { parseNameServer } from './name-server.ts'
import { parseProxyUrl } from './proxy-url.ts'

/** The way from this machine to the edge. */
export interface NetworkOptions {
  /**
   * `http://`, `https://`, `socks5://` or `socks5h://`, with `user:password@` where it wants them. `false`: none, whatever the environment says.
   * Throws 9034 for anything else.
   * @default `https_proxy`, `http_proxy` or `all_proxy` of the environment, unless `no_proxy` names the edge or it is on loopback (reference agent.md §3.3)
   */
  proxyUrl?: string | false | undefined
  /** PEM file of the CAs that vouch for an `https://` proxy. @default the host's roots */
  proxyCaFile?: string | undefined
  /** Name servers to ask instead of the system: an IP address, with a port if it is not 53. At most 16, else 9034. @default the system's resolver */
  dnsResolverIps?: readonly string[] | undefined
  /** Name servers to ask when the first answer leads nowhere. At most 16, else 9034. @default none (reference agent.md §7.5) */
  dnsFallbackIps?: readonly string[] | undefined
  /** DNS over HTTPS (RFC 8484) after those: `https://9.9.9.9/dns-query`; an IP address needs no other resolver. At most 16, else 9034. @default none */
  dnsOverHttpsUrls?: readonly string[] | undefined
  /** IP addresses of the edge for when no resolver helps, or one path or URL of a JSON list of them. @default none */
  fallbackAddresses?: string | readonly string[] | undefined
  /** How long one way to resolve the name may take, in ms. From 1 ms to 24 days, else 301. @default 3_000 */
  dnsTimeoutMs?: number | undefined
  /** Use only addresses of this IP version. @default both, the next one tried after 250 ms (RFC 8305) */
  ipFamily?: 4 | 6 | undefined
  /** Leave by the addresses of this network interface, or by this IP address. @default what the system chooses */
  connectInterface?: string | undefined
  /** How long a connection may be idle before TCP asks whether the other side is there, in ms. `0`: never. @default 15_000 */
  tcpKeepAliveMs?: number | undefined
  /** Oldest TLS to speak with the edge: `1.2` only for what stands in front of it. Else 219. @default `1.3` */
  tlsMinVersion?: '1.2' | '1.3' | undefined
  /** Path, or http(s) URL, of the list of revoked certificates (PEM or DER, at most 1 MiB), which must be there and current (else 8003). @default none (reference agent.md §7.3) */
  crlUrl?: string | undefined
}

/** Entries of each list. Beyond: 9034. */
const MAX_RESOLVERS = 16

/** Throws {@link TunnelError} for an option that no connection can have. */
export function validateNetwork(options: NetworkOptions): void {
  if (options.proxyUrl) parseProxyUrl(options.proxyUrl)
  for (const name of ['dnsResolverIps', 'dnsFallbackIps', 'dnsOverHttpsUrls'] as const) {
    const list = options[name] ?? []
    if (list.length > MAX_RESOLVERS) throw new TunnelError(9034, `${name} has ${list.length} entries, more than 16`)
    if (name === 'dnsOverHttpsUrls') list.forEach(assertHttpsUrl)
    else list.forEach(parseNameServer)
  }
  const { tlsMinVersion, ipFamily, tcpKeepAliveMs = 0 } = options
  if (tlsMinVersion !== undefined && tlsMinVersion !== '1.2' && tlsMinVersion !== '1.3')
    throw new TunnelError(219, `tlsMinVersion ${JSON.stringify(tlsMinVersion)} is neither 1.2 nor 1.3`)
  if (ipFamily !== undefined && ipFamily !== 4 && ipFamily !== 6)
    throw new TunnelError(301, `ipFamily ${JSON.stringify(ipFamily)} is neither 4 nor 6`)
  if (!(tcpKeepAliveMs >= 0))
    throw new TunnelError(301, `tcpKeepAliveMs ${tcpKeepAliveMs} is not a number of ms from 0`)
}

function assertHttpsUrl(text: string): void {
  if (URL.canParse(text) && new URL(text).protocol === 'https:') return
  throw new TunnelError(
    9034,
    `DNS over HTTPS needs a URL that begins with https://, not ${JSON.stringify(shownLocation(text).slice(0, 100))}`,
  )
}

import { type EndpointRequest, TunnelError } from '@tunnel/protocol'
import { parseUpstreamAddress, type UpstreamAddress } from './upstream/address.ts'

/** What to put online and where it leads. Names are those of ngrok's JavaScript SDK (reference agent.md §10.1), plus `url`, `name` and `description`. */
export interface EndpointConfig {
  /**
   * Public address: `https://name.tunnel.example`, `tcp://`, or empty for a random one.
   * Excludes `domain`, `hostname`, `schemes` and `remote_addr` (9021).
   */
  url?: string | undefined
  /** @default what the scheme of `url` says, else `http` */
  proto?: 'http' | 'tcp' | undefined
  /** Host name of an http endpoint. `hostname` is the older word for it. */
  domain?: string | undefined
  hostname?: string | undefined
  /** `host:port` of a tcp endpoint. */
  remote_addr?: string | undefined
  /** `HTTP` or `HTTPS`; the last one counts. @default `HTTPS` */
  schemes?: string | string[] | undefined
  name?: string | undefined
  description?: string | undefined
  metadata?: string | undefined
  binding?: string | undefined
  pooling_enabled?: boolean | undefined
  /** What is shown as the upstream, where it is not `addr`. */
  forwards_to?: string | undefined
  /** `rewrite`, `preserve` or a value (reference agent.md §2.4). */
  host_header?: string | undefined
}

/** Where the traffic of {@link forward} goes. */
export interface UpstreamConfig {
  /** Port, `host:port`, URL, or `unix:/path`. @default 80 */
  addr?: string | number | undefined
  host?: string | undefined
  port?: number | undefined
  /** Verify the certificate of an https or tls upstream. @default true (reference agent.md §2.5) */
  verify_upstream_tls?: boolean | undefined
  /** PEM file with CAs for that. @default the host's roots */
  upstream_tls_ca_file?: string | undefined
  /** How long a connection to the upstream may take, in ms. @default 3_000 */
  dial_timeout_ms?: number | undefined
}

/** What a bind request says for a config. Throws 332 for an unknown protocol and 9021 for options that exclude each other. */
export function endpointRequest(config: EndpointConfig, upstreamUrl: string): EndpointRequest {
  const proto = protoOf(config)
  const url = addressOf(config, proto)
  return {
    protocol: proto === 'tcp' ? 'tcp' : (schemeOfUrl(url) ?? 'https'),
    upstream: { url: config.forwards_to ?? upstreamUrl },
    ...(url !== undefined && { url }),
    ...(config.name !== undefined && { name: config.name }),
    ...(config.description !== undefined && { description: config.description }),
    ...(config.metadata !== undefined && { metadata: config.metadata }),
    ...(config.binding !== undefined && { bindings: [config.binding] }),
    ...(config.pooling_enabled !== undefined && { poolingEnabled: config.pooling_enabled }),
    ...(config.host_header !== undefined && { hostHeader: config.host_header }),
  }
}

/** The upstream of a config, canonical. Throws 332, 9021 or 9034. */
export function upstreamAddress(config: UpstreamConfig & EndpointConfig): UpstreamAddress {
  const proto = protoOf(config)
  const { addr, host, port } = config
  if (addr !== undefined) return parseUpstreamAddress(addr, proto)
  if (host === undefined) return parseUpstreamAddress(port ?? 80, proto)
  const shown = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  return parseUpstreamAddress(port === undefined ? shown : `${shown}:${port}`, proto)
}

type Proto = 'http' | 'tcp'

function protoOf({ proto, url }: EndpointConfig): Proto {
  if (proto !== undefined && proto !== 'http' && proto !== 'tcp') throw unsupportedProtocol('proto', proto)
  const scheme = schemeOfUrl(url)
  if (scheme === undefined) return proto ?? 'http'
  if (scheme !== 'http' && scheme !== 'https' && scheme !== 'tcp') throw unsupportedProtocol('url scheme', scheme)
  const implied = scheme === 'tcp' ? 'tcp' : 'http'
  if (proto !== undefined && proto !== implied) throw exclusive(`proto ${proto}`, `url ${scheme}://`)
  return implied
}

function unsupportedProtocol(what: string, given: unknown): TunnelError {
  return new TunnelError(332, `${what} ${JSON.stringify(given)} is not supported: use http or tcp`)
}

/** `url`, or what older options say instead of it. */
function addressOf(config: EndpointConfig, proto: Proto): string | undefined {
  const { url, domain, hostname, remote_addr, schemes } = config
  for (const [name, value] of Object.entries({ domain, hostname, remote_addr, schemes })) {
    if (value === undefined) continue
    if (url) throw exclusive('url', name)
    if ((name === 'remote_addr') !== (proto === 'tcp')) throw exclusive(name, `proto ${proto}`)
  }
  if (url || proto === 'tcp') return url || (remote_addr && `tcp://${remote_addr.replace(/^tcp:\/\//, '')}`)
  if (domain !== undefined && hostname !== undefined) throw exclusive('domain', 'hostname')
  const host = domain ?? hostname
  return host === undefined && schemes === undefined ? undefined : `${lastScheme(schemes)}://${host ?? ''}`
}

function exclusive(one: string, other: string): TunnelError {
  return new TunnelError(9021, `${one} and ${other} exclude each other: give one`)
}

function lastScheme(schemes: string | string[] | undefined): 'http' | 'https' {
  const last = [schemes ?? 'https'].flat().at(-1)?.toLowerCase()
  if (last === 'http' || last === 'https') return last
  throw new TunnelError(332, `scheme ${JSON.stringify(last)} is not http or https`)
}

function schemeOfUrl(url: string | undefined): string | undefined {
  return /^\s*([a-z][a-z0-9+.-]*):\/\//i.exec(url ?? '')?.[1]?.toLowerCase()
}

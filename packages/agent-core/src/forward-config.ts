import { type EndpointRequest, TunnelError } from '@tunnel/protocol'
import { parseUpstreamAddress, type UpstreamAddress } from './upstream/address.ts'

/** What to put online and where it leads. Names are those of ngrok's JavaScript SDK (reference agent.md §10.1), plus `url`, `name` and `description`. */
export interface EndpointConfig {
  /** Public address: `https://name.tunnel.example`, `tcp://`, or empty for a random one. Takes the place of `proto`, `domain`, `schemes` and `remote_addr`. */
  url?: string | undefined
  /** @default `http` */
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

/** What a bind request says for a config. Throws 394 or 9021 for options that exclude each other. */
export function endpointRequest(config: EndpointConfig, upstreamUrl: string): EndpointRequest {
  const proto = config.proto ?? protoOf(config.url)
  if (proto !== 'http' && proto !== 'tcp')
    throw new TunnelError(332, `proto ${JSON.stringify(proto)} is not http or tcp`)
  const url = config.url ?? urlFromParts(config, proto)
  return {
    protocol: proto === 'tcp' ? 'tcp' : schemeOf(config.schemes),
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

/** The upstream of a config, canonical. */
export function upstreamAddress(config: UpstreamConfig & EndpointConfig): UpstreamAddress {
  const endpoint = (config.proto ?? protoOf(config.url)) === 'tcp' ? 'tcp' : 'http'
  const { addr, host, port } = config
  if (addr !== undefined) return parseUpstreamAddress(addr, endpoint)
  if (host !== undefined) return parseUpstreamAddress(port === undefined ? host : `${host}:${port}`, endpoint)
  return parseUpstreamAddress(port ?? 80, endpoint)
}

function protoOf(url: string | undefined): 'http' | 'tcp' {
  return url?.toLowerCase().startsWith('tcp://') ? 'tcp' : 'http'
}

function urlFromParts(config: EndpointConfig, proto: 'http' | 'tcp'): string | undefined {
  const { domain, hostname, remote_addr } = config
  if (proto === 'tcp') return remote_addr === undefined ? undefined : `tcp://${remote_addr.replace(/^tcp:\/\//, '')}`
  if (domain !== undefined && hostname !== undefined)
    throw new TunnelError(9021, 'domain and hostname are the same thing: give one')
  const host = domain ?? hostname
  return host === undefined ? undefined : `${schemeOf(config.schemes)}://${host}`
}

function schemeOf(schemes: string | string[] | undefined): 'http' | 'https' {
  const last = [schemes ?? 'https'].flat().at(-1)?.toLowerCase()
  if (last === 'http' || last === 'https') return last
  throw new TunnelError(332, `scheme ${JSON.stringify(last)} is not http or https`)
}

import { type EndpointRequest, TunnelError } from '@tunnel/protocol'
import type { TrafficInspector } from './inspection/inspector.ts'
import type { ModuleOptions } from './modules/module-options.ts'
import { policyOfModules } from './modules/policy-of-modules.ts'
import { httpsPlan, type TlsConfig, type TlsPlan, tlsPlan } from './tls/tls-plan.ts'
import { parseUpstreamAddress, type UpstreamAddress } from './upstream/address.ts'
import type { ProxyProtocolVersion } from './upstream/proxy-header.ts'

/** What to put online and where it leads. Names are those of ngrok's JavaScript SDK (reference agent.md §10.1), plus `url`, `name` and `description`. */
export interface EndpointConfig extends TlsConfig, ModuleOptions {
  /**
   * Public address: `https://name.tunnel.example`, `tcp://`, or empty for a random one.
   * Excludes `domain`, `hostname`, `schemes` and `remote_addr` (9021).
   */
  url?: string | undefined
  /** `labeled` goes with `labels` (394). @default what the scheme of `url` says, else `http` */
  proto?: 'http' | 'tcp' | 'tls' | 'labeled' | undefined
  /** Host name of an http or tls endpoint. `hostname` is the older word for it. */
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
  /**
   * `key=value` or `key:value`, one or several: an endpoint without an address, which backends of the edge choose by these. Excludes whatever
   * names an address (9021).
   */
  labels?: string | readonly string[] | undefined
  pooling_enabled?: boolean | undefined
  /** What is shown as the upstream, where it is not `addr`. */
  forwards_to?: string | undefined
  /** `rewrite`, `preserve` or a value (reference agent.md §2.4). */
  host_header?: string | undefined
  /**
   * Begin each connection with a PROXY protocol header of this version that states the visitor's address; before TLS, where the upstream speaks it. `''`: none.
   * Anything else is refused (1123).
   * @default none
   */
  proxy_proto?: '' | '1' | '2' | 1 | 2 | undefined
  /**
   * Of an http endpoint: its visitors open WebSockets, which end at the edge, and the upstream gets the bytes of their messages over TCP. What
   * it says comes to them as binary messages. Any other request is answered with 400 (3206). Excludes `app_protocol: 'http2'` and
   * directories (9021).
   * @default false
   */
  websocket_tcp_converter?: boolean | undefined
  /** A traffic policy, YAML or JSON, which the edge checks and enforces (9026 where it is wrong). `''`: none. */
  traffic_policy?: string | undefined
  /** The older word for `traffic_policy`; both exclude each other (9025). */
  policy?: string | undefined
}

/** Where the traffic of {@link forward} goes. */
export interface UpstreamConfig {
  /** Port, `host:port`, URL, `unix:/path`, or `file:///directory`, which the agent serves itself. @default 80 */
  addr?: string | number | undefined
  host?: string | undefined
  port?: number | undefined
  /** Verify the certificate of an https or tls upstream. @default true (reference agent.md §2.5) */
  verify_upstream_tls?: boolean | undefined
  /** PEM file with CAs for that. @default the host's roots */
  upstream_tls_ca_file?: string | undefined
  /** How long a connection to the upstream may take, in ms. @default 3_000 */
  dial_timeout_ms?: number | undefined
  /**
   * HTTP version spoken to the upstream of an http endpoint. `http2`: in the clear with prior knowledge, over TLS by ALPN; gRPC needs it.
   * Anything else is refused (15003), and so is `http2` for a tcp or tls endpoint and for a directory (9021).
   * @default `http1`
   */
  app_protocol?: 'http1' | 'http2' | undefined
  /**
   * Who sees the exchanges and connections of the endpoint. `true`: the inspector of `@tunnel/inspector`, which has to be installed (813), with
   * its local API and web pages, which its `defaultInspector()` knows the address of; or an inspector of your own. It costs nothing when off.
   * @default false
   */
  inspect?: boolean | TrafficInspector | undefined
}

/** What a bind request says for a config. Throws 332, 1123 or 15003 for an unknown protocol, PROXY protocol or HTTP version, and 9021 for options that exclude each other. */
export function endpointRequest(
  config: EndpointConfig & UpstreamConfig,
  upstreamUrl: string,
  tls = tlsPlanOf(config),
): EndpointRequest {
  const proto = protoOf(config)
  const labels = labelsOf(config)
  const url = addressOf(config, proto)
  const proxyProtocol = proxyProtocolOf(config)
  const policy = policyOf(config, proto)
  return {
    protocol: labels ? '' : proto === 'http' ? (schemeOfUrl(url) ?? 'https') : proto,
    upstream: {
      url: config.forwards_to ?? upstreamUrl,
      ...(speaksHttp2(config) && { protocol: 'http2' }),
      ...(proxyProtocol && { proxyProtocol }),
    },
    ...(url !== undefined && { url }),
    ...(labels && { labels }),
    ...(config.name !== undefined && { name: config.name }),
    ...(config.description !== undefined && { description: config.description }),
    ...(config.metadata !== undefined && { metadata: config.metadata }),
    ...(config.binding !== undefined && { bindings: [config.binding] }),
    ...(config.pooling_enabled !== undefined && { poolingEnabled: config.pooling_enabled }),
    ...(config.host_header !== undefined && { hostHeader: hostHeaderOf(config, upstreamUrl) }),
    ...(tls?.at === 'edge' && { tlsTermination: tls.termination.wire }),
    ...(convertsWebSockets(config) && { webSocketTcpConverter: true }),
    ...(policy && { trafficPolicy: policy }),
  }
}

function policyOf(config: EndpointConfig, proto: Proto): string | undefined {
  const { traffic_policy, policy } = config
  if (traffic_policy && policy) throw new TunnelError(9025, 'traffic_policy and policy are the same: give one')
  const own = traffic_policy || policy
  const modules = policyOfModules(config, proto)
  if (own && modules) throw exclusive('traffic_policy', 'options that become rules of one')
  return own || modules
}

/** As the edge takes them; `undefined` where there are none. Throws 9021 beside an address. */
function labelsOf(config: EndpointConfig): string[] | undefined {
  const labels = [config.labels ?? []].flat()
  if (labels.length === 0) {
    if (config.proto === 'labeled') throw new TunnelError(394, 'proto labeled needs labels')
    return undefined
  }
  const { url, proto: given, domain, hostname, remote_addr, schemes } = config
  const proto = given === 'labeled' ? undefined : given
  for (const [name, value] of Object.entries({ url, proto, domain, hostname, remote_addr, schemes })) {
    if (value !== undefined) throw exclusive('labels', name)
  }
  return labels.map((label) => (label.includes('=') ? label : label.replace(':', '=')))
}

/** Where TLS ends, and how; `undefined` where nothing is said of it, or could be. Throws {@link TunnelError} 813 where it is said in vain. */
export function tlsPlanOf(config: EndpointConfig): TlsPlan | undefined {
  const proto = protoOf(config)
  if (proto === 'tls') return tlsPlan(config)
  const isHttps = proto === 'http' && !labelsOf(config) && schemeOfUrl(addressOf(config, proto)) !== 'http'
  if (isHttps) return httpsPlan(config)
  const { crt, key, mutual_tls_cas, tls_min_version } = config
  for (const [name, value] of Object.entries({ crt, key, mutual_tls_cas, tls_min_version })) {
    if (value)
      throw new TunnelError(
        813,
        `option ${name} is for https and tls endpoints, not for ${labelsOf(config) ? 'labels' : proto}`,
      )
  }
  return undefined
}

/** Throws 1123 for what is neither a version nor nothing. */
export function proxyProtocolOf({ proxy_proto }: EndpointConfig): ProxyProtocolVersion | undefined {
  if (proxy_proto === undefined || proxy_proto === '' || proxy_proto === null) return undefined
  const text = String(proxy_proto)
  if (text === '1' || text === '2') return text === '1' ? 1 : 2
  throw new TunnelError(1123, `proxy_proto ${JSON.stringify(proxy_proto)} is not 1 or 2`)
}

/** Throws 15003 for what is neither `http1` nor `http2`, and 9021 for `http2` of an endpoint whose bytes are not read. */
export function speaksHttp2(config: EndpointConfig & UpstreamConfig): boolean {
  const { app_protocol: given } = config
  if (given === undefined || given === 'http1') return false
  if (given !== 'http2') throw new TunnelError(15003, `app_protocol ${JSON.stringify(given)} is not http1 or http2`)
  const proto = protoOf(config)
  if (proto !== 'http') throw exclusive('app_protocol http2', `proto ${proto}`)
  return true
}

/** Throws 9021 for an endpoint or upstream without WebSockets that could become TCP. */
function convertsWebSockets(config: EndpointConfig & UpstreamConfig): boolean {
  if (!config.websocket_tcp_converter) return false
  const proto = protoOf(config)
  if (proto !== 'http') throw exclusive('websocket_tcp_converter', `proto ${proto}`)
  if (speaksHttp2(config)) throw exclusive('websocket_tcp_converter', 'app_protocol http2')
  return true
}

/** The edge rewrites to the authority of what is shown as the upstream; where that is only words, it is told the host. */
function hostHeaderOf({ host_header, forwards_to }: EndpointConfig, upstreamUrl: string): string {
  if (host_header !== 'rewrite' || forwards_to === undefined) return host_header as string
  return (URL.canParse(upstreamUrl) && new URL(upstreamUrl).host) || host_header
}

/** The upstream of a config, canonical. Throws 332, 9021 or 9034. */
export function upstreamAddress(config: UpstreamConfig & EndpointConfig): UpstreamAddress {
  const address = givenAddress(config)
  if (address.scheme === 'file' && proxyProtocolOf(config)) throw exclusive('proxy_proto', 'a file upstream')
  if (address.scheme === 'file' && speaksHttp2(config)) throw exclusive('app_protocol http2', 'a file upstream')
  if (address.scheme === 'file' && config.websocket_tcp_converter)
    throw exclusive('websocket_tcp_converter', 'a file upstream')
  return address
}

function givenAddress(config: UpstreamConfig & EndpointConfig): UpstreamAddress {
  const proto = protoOf(config)
  const { addr, host, port } = config
  if (addr !== undefined) return parseUpstreamAddress(addr, proto)
  if (host === undefined) return parseUpstreamAddress(port ?? 80, proto)
  const shown = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  return parseUpstreamAddress(port === undefined ? shown : `${shown}:${port}`, proto)
}

type Proto = 'http' | 'tcp' | 'tls'

function protoOf({ proto: given, url }: EndpointConfig): Proto {
  const proto = given === 'labeled' ? undefined : given
  if (proto !== undefined && proto !== 'http' && proto !== 'tcp' && proto !== 'tls')
    throw unsupportedProtocol('proto', proto)
  const scheme = schemeOfUrl(url)
  if (scheme === undefined) return proto ?? 'http'
  if (scheme !== 'http' && scheme !== 'https' && scheme !== 'tcp' && scheme !== 'tls') {
    throw unsupportedProtocol('url scheme', scheme)
  }
  const implied = scheme === 'https' ? 'http' : scheme
  if (proto !== undefined && proto !== implied) throw exclusive(`proto ${proto}`, `url ${scheme}://`)
  return implied
}

function unsupportedProtocol(what: string, given: unknown): TunnelError {
  return new TunnelError(332, `${what} ${JSON.stringify(given)} is not supported: use http, tcp or tls`)
}

/** `url`, or what older options say instead of it. */
function addressOf(config: EndpointConfig, proto: Proto): string | undefined {
  const { url, domain, hostname, remote_addr, schemes } = config
  for (const [name, value] of Object.entries({ domain, hostname, remote_addr, schemes })) {
    if (value === undefined) continue
    if (url) throw exclusive('url', name)
    if ((name === 'remote_addr') !== (proto === 'tcp')) throw exclusive(name, `proto ${proto}`)
    if (name === 'schemes' && proto === 'tls') throw exclusive(name, 'proto tls')
  }
  if (url || proto === 'tcp') return url || (remote_addr && `tcp://${remote_addr.replace(/^tcp:\/\//, '')}`)
  if (domain !== undefined && hostname !== undefined) throw exclusive('domain', 'hostname')
  const host = domain ?? hostname
  if (proto === 'tls') return host && `tls://${host}`
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

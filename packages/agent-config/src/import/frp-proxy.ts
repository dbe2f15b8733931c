import { importedPolicy } from './import-policy.ts'
import type { NotCarried, WrittenEndpoint } from './imported-config.ts'
import type { KeyReader } from './key-reader.ts'

/** What one proxy of frp becomes. */
export interface FrpProxy {
  readonly endpoints: readonly WrittenEndpoint[]
  readonly tunnels: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly notCarried: readonly NotCarried[]
}

export const frpProxy = (proxy: KeyReader): FrpProxy => {
  const name = proxy.text('name') ?? ''
  const type = proxy.text('type') ?? ''
  const refusal = name === '' ? 'it has no name' : refusalOf(proxy, type)
  const plan = refusal === undefined ? planOf(proxy, name, type) : refusal
  if (typeof plan === 'string') return { endpoints: [], tunnels: {}, notCarried: [{ key: proxy.path, why: plan }] }
  return { ...plan, notCarried: [...plan.notCarried, ...restOf(proxy)] }
}

/** Left out whole: half of it would be open to others than it was. */
const refusalOf = (proxy: KeyReader, type: string): string | undefined => {
  if (proxy.value('enabled') === false) return 'it is not enabled'
  const paths = proxy.texts('locations').filter((path) => path !== '/')
  if (paths.length > 0) return 'endpoints have no paths: write a traffic policy with the action forward-internal'
  if (proxy.has('routeByHTTPUser')) return 'endpoints are not chosen by user'
  if (type === 'udp' || type === 'sudp') return 'UDP is not carried'
  return type === 'tcpmux' ? 'there is no port that tunnels share by CONNECT' : undefined
}

type Plan = FrpProxy | string

const planOf = (proxy: KeyReader, name: string, type: string): Plan => {
  const upstream = upstreamOf(proxy, type)
  if (typeof upstream === 'string') return upstream
  const balancer = proxy.map('loadBalancer')
  balancer.value('groupKey')
  const common = {
    upstream: { ...upstream.upstream, ...proxyProtocolOf(proxy) },
    ...upstream.termination,
    ...metadataOf(proxy),
    ...(balancer.text('group') !== undefined && { pooling_enabled: true }),
  }
  switch (type) {
    case 'http':
      return httpPlan(proxy, name, common)
    case 'https':
      return httpsPlan(proxy, name, common)
    case 'tcp':
      return tcpPlan(proxy, name, common)
    case 'stcp':
    case 'xtcp':
      return privatePlan(proxy, name, common)
    default:
      return `the type ${JSON.stringify(type)} is unknown`
  }
}

type Common = Omit<WrittenEndpoint, 'name' | 'url'>

const httpPlan = (proxy: KeyReader, name: string, common: Common): Plan => {
  const user = proxy.text('httpUser')
  const password = proxy.text('httpPassword')
  const policy = importedPolicy({
    users: user === undefined ? [] : [`${user}:${password ?? ''}`],
    host: proxy.text('hostHeaderRewrite'),
    requestHeaders: Object.fromEntries(proxy.map('requestHeaders').entries('set')),
    responseHeaders: Object.fromEntries(proxy.map('responseHeaders').entries('set')),
  })
  const rules = policy && { traffic_policy: policy }
  const domains = proxy.texts('customDomains')
  const subdomain = proxy.text('subdomain')
  if (domains.length === 0 && subdomain === undefined) return 'it has neither customDomains nor subdomain'
  const endpoints = domains.map((domain, index) => ({
    name: nameOf(name, index),
    url: `http://${domain}`,
    ...common,
    ...rules,
  }))
  const tunnel = { proto: 'http', addr: common.upstream.url, subdomain, schemes: ['http'], ...rules }
  const tunnels = subdomain === undefined ? {} : { [nameOf(name, endpoints.length)]: tunnel }
  return { endpoints, tunnels, notCarried: [] }
}

const httpsPlan = (proxy: KeyReader, name: string, common: Common): Plan => {
  const domains = proxy.texts('customDomains')
  const lost = proxy.has('subdomain')
    ? [lostKey(proxy, 'subdomain', 'only the full name can be written: use tls://NAME')]
    : []
  if (domains.length === 0) return lost[0]?.why ?? 'it has no customDomains'
  const endpoints = domains.map((domain, index) => ({ name: nameOf(name, index), url: `tls://${domain}`, ...common }))
  return { endpoints, tunnels: {}, notCarried: lost }
}

const tcpPlan = (proxy: KeyReader, name: string, common: Common): Plan => {
  const port = proxy.number('remotePort')
  const why = `the port is a random one now: reserve one and write url: tcp://EDGE:${port}`
  const notCarried = port ? [lostKey(proxy, 'remotePort', why)] : []
  return { endpoints: [{ name, url: 'tcp://', ...common }], tunnels: {}, notCarried }
}

/** What only visitors with a secret reach is not public here either. */
const privatePlan = (proxy: KeyReader, name: string, common: Common): Plan => {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(name)) return 'its name is no host name'
  const port = /:(\d+)$/.exec(String(common.upstream.url))?.[1] ?? '1'
  const url = `tcp://${name.toLowerCase()}.internal:${port}`
  const why = `it is an internal endpoint now, which the traffic policy of another one leads to: forward-internal to ${url}`
  const notCarried = [lostKey(proxy, 'secretKey', why)]
  proxy.value('allowUsers')
  return { endpoints: [{ name, url, bindings: ['internal'], ...common }], tunnels: {}, notCarried }
}

const nameOf = (name: string, index: number): string => (index === 0 ? name : `${name}-${index + 1}`)

interface Upstream {
  readonly upstream: { url: string }
  readonly termination?: Pick<WrittenEndpoint, 'agent_tls_termination'>
}

const upstreamOf = (proxy: KeyReader, type: string): Upstream | string => {
  if (proxy.has('plugin')) return pluginUpstream(proxy.map('plugin'))
  const port = proxy.number('localPort')
  if (!port) return 'it has no localPort'
  const host = proxy.text('localIP') ?? '127.0.0.1'
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  // Without a scheme this port alone would mean TLS.
  return { upstream: { url: type === 'http' && port === 443 ? `http://${authority}` : authority } }
}

const pluginUpstream = (plugin: KeyReader): Upstream | string => {
  const type = plugin.text('type') ?? ''
  const addr = plugin.text('localAddr') ?? plugin.text('localPath') ?? ''
  const certificate = { server_certificate: plugin.text('crtPath'), server_private_key: plugin.text('keyPath') }
  const termination = certificate.server_certificate && { agent_tls_termination: certificate }
  if (type === 'static_file' && addr.startsWith('/')) return { upstream: { url: `file://${addr}` } }
  if (type === 'http2https') return { upstream: { url: `https://${addr}` } }
  if (type === 'https2http' && termination) return { upstream: { url: addr }, termination }
  if (type === 'https2https' && termination) return { upstream: { url: `tls://${addr}` }, termination }
  return `the plugin ${JSON.stringify(type)} has no counterpart`
}

const proxyProtocolOf = (proxy: KeyReader): { proxy_protocol?: 1 | 2 } => {
  const transport = proxy.map('transport')
  // Between agent and edge everything is encrypted.
  transport.value('useEncryption')
  transport.value('useCompression')
  const version = transport.text('proxyProtocolVersion')
  return version === 'v1' || version === 'v2' ? { proxy_protocol: version === 'v1' ? 1 : 2 } : {}
}

const metadataOf = (proxy: KeyReader): { metadata?: string } => {
  const entries = proxy.entries('metadatas')
  return entries.length > 0 ? { metadata: JSON.stringify(Object.fromEntries(entries)) } : {}
}

const lostKey = (proxy: KeyReader, key: string, why: string): NotCarried => {
  proxy.value(key)
  return { key: proxy.nameOf(key), why }
}

const restOf = (proxy: KeyReader): NotCarried[] => proxy.rest().map((key) => ({ key, why: 'it has no counterpart' }))

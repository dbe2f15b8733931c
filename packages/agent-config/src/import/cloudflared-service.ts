import { importedPolicy } from './import-policy.ts'
import type { NotCarried, WrittenEndpoint } from './imported-config.ts'
import type { KeyReader } from './key-reader.ts'

/** Where one rule of cloudflared leads, without the address that leads there. */
export interface CarriedService {
  readonly scheme: 'https' | 'tcp'
  readonly endpoint: Omit<WrittenEndpoint, 'name' | 'url'>
  readonly notCarried: readonly NotCarried[]
}

/** In words, why a rule cannot be taken over. `defaults` are the `originRequest` of the whole file. */
export const cloudflaredService = (rule: KeyReader, defaults: KeyReader): CarriedService | string => {
  const service = rule.text('service') ?? ''
  const origin = originOf(rule.map('originRequest'), defaults)
  if (origin.map('access').isOn('required')) {
    return 'it asks for Cloudflare Access: use a traffic policy with openid-connect'
  }
  const scheme = /^([a-z0-9+]+):(?=\/)/i.exec(service)?.[1]?.toLowerCase()
  if (scheme === 'http' || scheme === 'https') return httpService(rule, service, origin)
  if (scheme === 'tcp' || scheme === 'ssh' || scheme === 'rdp' || scheme === 'smb')
    return tcpService(rule, service, scheme)
  return `the service ${JSON.stringify(service)} has no counterpart`
}

/** Keys of a rule go before those of the file. */
interface Origin {
  text(key: string): string | undefined
  isOn(key: string): boolean
  map(key: string): KeyReader
}

const originOf = (own: KeyReader, defaults: KeyReader): Origin => {
  const from = (key: string): KeyReader => (own.has(key) ? own : defaults)
  return {
    text: (key) => from(key).text(key),
    isOn: (key) => from(key).isOn(key),
    map: (key) => from(key).map(key),
  }
}

const httpService = (rule: KeyReader, service: string, origin: Origin): CarriedService | string => {
  const url = new URL(service)
  if (url.pathname !== '/' || url.search !== '')
    return 'an upstream has no path: a rule of a traffic policy rewrites it'
  const policy = importedPolicy({ host: origin.text('httpHostHeader') })
  const isTls = url.protocol === 'https:'
  const cas = origin.text('caPool')
  // cloudflared verifies unless told otherwise.
  const verify = isTls && !origin.isOn('noTLSVerify')
  const http2 = origin.isOn('http2Origin')
  const endpoint = {
    ...(policy && { traffic_policy: policy }),
    upstream: {
      url: service.replace(/\/$/, ''),
      ...(http2 && { protocol: 'http2' as const }),
      ...(verify && { tls_verify: true }),
      ...(verify && cas !== undefined && { tls_verify_cas: cas }),
    },
  }
  const server = origin.text('originServerName')
  const why = `the certificate of the service is checked for ${url.hostname}, its own name`
  const notCarried = isTls && server ? [{ key: rule.nameOf('originRequest.originServerName'), why }] : []
  return { scheme: 'https', endpoint, notCarried }
}

const defaultPorts: Readonly<Record<string, number>> = { ssh: 22, rdp: 3389, smb: 445 }

const tcpService = (rule: KeyReader, service: string, scheme: string): CarriedService | string => {
  const authority = service.replace(/^[a-z]+:\/\//i, '').replace(/\/$/, '')
  const port = defaultPorts[scheme]
  if (!/:\d+$/.test(authority) && port === undefined) return 'the service has no port'
  const url = /:\d+$/.test(authority) ? authority : `${authority}:${port}`
  const why =
    'a TCP service is reached at a port of the edge, a random one now; reserve one and write url: tcp://EDGE:PORT'
  return { scheme: 'tcp', endpoint: { upstream: { url } }, notCarried: [{ key: rule.nameOf('hostname'), why }] }
}

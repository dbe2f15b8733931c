import { type Document, isMap, isScalar, isSeq, type Pair, Scalar, YAMLMap } from 'yaml'
import { schemeOf } from '../endpoint-schema.ts'
import { addCommentBefore, commentsIn, keyOf, pairOf, plainOf, renamed, textInstead } from './pairs.ts'

/** Keys that endpoints of version 3 have too, some under another name or in another place. */
const carried: ReadonlySet<string> = new Set([
  ...['proto', 'addr', 'url', 'domain', 'hostname', 'remote_addr', 'schemes', 'metadata', 'inspect', 'proxy_proto'],
  ...['traffic_policy', 'crt', 'key', 'mutual_tls_cas', 'terminate_at'],
])

/** The entry of `endpoints` that does the same as a tunnel, or in words why there is none. */
export const endpointFromTunnel = (document: Document, pair: Pair): YAMLMap | string => {
  const tunnel = pair.value
  if (!isMap(tunnel)) return 'it is not written out'
  const stays = reasonToStay(tunnel)
  if (stays !== undefined) return stays
  const endpoint = new YAMLMap()
  endpoint.add(document.createPair('name', keyOf(pair)))
  const url = urlOf(tunnel)
  if (url) endpoint.add(document.createPair('url', url))
  for (const key of ['metadata', 'inspect', 'traffic_policy']) copy(endpoint, pairOf(tunnel, key), key)
  endpoint.add(document.createPair('upstream', upstreamOf(tunnel)))
  if (pairOf(tunnel, 'crt')) endpoint.add(document.createPair('agent_tls_termination', terminationOf(document, tunnel)))
  const kept = commentsIn(endpoint)
  addCommentBefore(
    endpoint,
    commentsIn(pair).filter((comment) => !kept.includes(comment)),
  )
  return endpoint
}

const reasonToStay = (tunnel: YAMLMap): string | undefined => {
  const strange = tunnel.items.map(keyOf).filter((key) => !carried.has(key))
  if (strange.length > 0) return `endpoints have no ${strange.join(', ')}`
  if (schemesOf(tunnel).length > 1) return 'an endpoint has one scheme'
  const hasCertificate = pairOf(tunnel, 'crt') !== undefined
  if (pairOf(tunnel, 'mutual_tls_cas') && !hasCertificate)
    return 'endpoints have no mutual_tls_cas without a certificate'
  const end = plainOf(tunnel, 'terminate_at') ?? (hasCertificate ? 'agent' : 'upstream')
  if (plainOf(tunnel, 'proto') === 'tls' && end !== (hasCertificate ? 'agent' : 'upstream')) {
    return `endpoints have no terminate_at ${String(end)}`
  }
  return hasCertificate && plainOf(tunnel, 'proto') !== 'tls' ? 'only tls endpoints have a certificate' : undefined
}

const schemesOf = (tunnel: YAMLMap): string[] => {
  const schemes = pairOf(tunnel, 'schemes')?.value
  return isSeq(schemes) ? schemes.items.map((item) => String(isScalar(item) ? item.value : item)) : []
}

/** Without an address: a random one, which only https needs no words for. */
const urlOf = (tunnel: YAMLMap): Scalar | undefined => {
  const proto = String(plainOf(tunnel, 'proto'))
  const scheme = proto === 'http' ? (schemesOf(tunnel)[0] ?? 'https') : proto
  const keys = proto === 'tcp' ? ['url', 'remote_addr'] : ['url', 'domain', 'hostname']
  const key = keys.find((name) => plainOf(tunnel, name))
  if (key === undefined) return scheme === 'https' ? undefined : new Scalar(`${scheme}://`)
  const address = String(plainOf(tunnel, key))
  const url = schemeOf(address) === undefined ? `${scheme}://${address}` : address
  return textInstead(pairOf(tunnel, key)?.value, url)
}

const upstreamOf = (tunnel: YAMLMap): YAMLMap => {
  const upstream = new YAMLMap()
  copy(upstream, pairOf(tunnel, 'addr'), 'url')
  if (plainOf(tunnel, 'proxy_proto')) copy(upstream, pairOf(tunnel, 'proxy_proto'), 'proxy_protocol')
  return upstream
}

const terminationOf = (document: Document, tunnel: YAMLMap): YAMLMap => {
  const termination = new YAMLMap()
  copy(termination, pairOf(tunnel, 'crt'), 'server_certificate')
  copy(termination, pairOf(tunnel, 'key'), 'server_private_key')
  if (pairOf(tunnel, 'mutual_tls_cas')) {
    const authorities = document.createNode([plainOf(tunnel, 'mutual_tls_cas')])
    termination.add(document.createPair('mutual_tls_certificate_authorities', authorities))
  }
  return termination
}

const copy = (map: YAMLMap, pair: Pair | undefined, name: string): void => {
  if (pair) map.add(renamed(pair, name))
}

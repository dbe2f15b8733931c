import { fieldFromText, firstField } from '../actions/header-fields.ts'
import type { ConnectionFacts, EndpointFacts, RequestFacts, ResponseFacts } from '../variables/facts.ts'
import type { PolicyCase, PolicyCases } from './case-schema.ts'

type Headers = Readonly<Record<string, string | readonly string[]>>

/** The endpoint of a file of cases. `undefined` for a URL that is none of an endpoint. */
export function endpointOf({ endpoint: { url } }: PolicyCases): EndpointFacts | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol: scheme, hostname, port } = new URL(url)
  const protocol = (['http', 'https', 'tcp', 'tls'] as const).find((name) => `${name}:` === scheme)
  if (protocol === undefined) return undefined
  return { id: 'ep_test', url, host: hostname, port: Number(port) || (protocol === 'http' ? 80 : 443), protocol }
}

export function connectionOf({ connection }: PolicyCase, endpoint: EndpointFacts, startedAt: number): ConnectionFacts {
  const isTls = endpoint.protocol === 'https' || endpoint.protocol === 'tls'
  const tls = connection.tls ?? (isTls ? { version: '1.3', cipher_suite: 'TLS_AES_128_GCM_SHA256' } : false)
  return {
    clientIp: connection.client_ip,
    clientPort: connection.client_port,
    serverIp: connection.server_ip,
    serverPort: connection.server_port ?? endpoint.port,
    serverRegion: connection.server_region,
    startedAt,
    bytesIn: () => 0,
    bytesOut: () => 0,
    ...(tls && { tls: tlsOf(tls, endpoint) }),
  }
}

function tlsOf(tls: Exclude<PolicyCase['connection']['tls'], false | undefined>, { host }: EndpointFacts) {
  return {
    version: tls.version,
    cipherSuite: tls.cipher_suite,
    sni: tls.sni ?? host,
    ...(tls.alpn !== undefined && { alpn: tls.alpn }),
    ...(tls.ja4_fingerprint !== undefined && { ja4Fingerprint: tls.ja4_fingerprint }),
  }
}

export function requestOf({ request, name }: PolicyCase, endpoint: EndpointFacts, receivedAt: number): RequestFacts {
  const { method, version, url, headers, body } = request
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)(.*)$/is.exec(url)
  const target = absolute ? absolute[2]! : url
  const fields = fieldsOf(headers)
  const named = firstField(fields, 'host') ?? absolute?.[1] ?? endpoint.host
  const bytes = body === undefined ? undefined : Buffer.from(body)
  if (firstField(fields, 'host') === undefined) fields.unshift('host', named)
  if (bytes && firstField(fields, 'content-length') === undefined) fields.push('content-length', String(bytes.length))
  return {
    head: {
      method,
      target: target.startsWith('/') ? target : `/${target}`,
      minorVersion: version === 'HTTP/1.0' ? 0 : 1,
      headers: fields,
      host: named,
      framing: bytes ? 'length' : 'none',
      contentLength: bytes?.length ?? 0,
      keepAlive: true,
      upgrade: undefined,
      expectContinue: false,
    },
    scheme: endpoint.protocol === 'http' ? 'http' : 'https',
    ...(version && { version }),
    id: `req_${name}`,
    receivedAt,
    ...(bytes && { readBody: bodyReader(bytes) }),
  }
}

export function responseOf({ upstream: { status, headers, body } }: PolicyCase): ResponseFacts {
  const bytes = Buffer.from(body)
  const fields = fieldsOf(headers)
  const isFramed =
    firstField(fields, 'content-length') !== undefined || firstField(fields, 'transfer-encoding') !== undefined
  if (!isFramed) fields.push('content-length', String(bytes.length))
  return {
    head: {
      status,
      reason: '',
      minorVersion: 1,
      headers: fields,
      framing: bytes.length > 0 ? 'length' : 'none',
      contentLength: bytes.length,
      keepAlive: true,
      upgrade: undefined,
      bodyless: bytes.length === 0,
    },
    readBody: bodyReader(bytes),
  }
}

const bodyReader =
  (bytes: Buffer) =>
  async (maxBytes: number): Promise<Buffer> => {
    if (bytes.length > maxBytes) throw new Error(`body of ${bytes.length} bytes exceeds ${maxBytes}`)
    return bytes
  }

export const fieldsOf = (headers: Headers): string[] =>
  Object.entries(headers).flatMap(([name, value]) => [value].flat().flatMap((line) => [name, fieldFromText(line)]))

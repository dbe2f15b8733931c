import type { Attributes } from '@opentelemetry/api'
import type { ExchangeRecord } from '@tunnel/edge'
import { requestUrl } from '../events/request-url.ts'

/** Methods that are told by name; every other one is `_OTHER`, so that nobody can make up names without end. */
const METHODS: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'TRACE',
])

/** Most characters of what a visitor wrote; the rest is cut. */
const MAX_CHARACTERS = 1_024

/** Values of a query that let whoever reads them in, and so are told of but not told. */
const SIGNATURES =
  /(^|&)(AWSAccessKeyId|Signature|sig|X-Goog-Signature|X-Amz-(?:Signature|Credential|Security-Token))=[^&]*/g

/** `GET`; `HTTP` where the method is none of the known ones. A path would make a name for each request. */
export function spanName({ head }: ExchangeRecord): string {
  return head && METHODS.has(head.method) ? head.method : 'HTTP'
}

/**
 * What a server span says of a request by the stable semantic conventions for HTTP, and by names of our own of the endpoint.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server
 */
export function spanAttributes(exchange: ExchangeRecord): Attributes {
  const { head, connection, endpoint, status, errorCode } = exchange
  const { visitor, tls } = connection
  const attributes: Attributes = {
    'http.request.method': head && METHODS.has(head.method) ? head.method : '_OTHER',
    'url.scheme': tls ? 'https' : 'http',
    'client.address': visitor.address,
    'client.port': visitor.port,
    'network.protocol.version': connection.kind === 'http2' ? '2' : `1.${head?.minorVersion ?? 1}`,
    'http.request.body.size': exchange.requestBytes,
    'http.response.body.size': exchange.responseBytes,
    'tunnel.exchange.complete': exchange.isComplete,
  }
  if (head) Object.assign(attributes, requestAttributes(exchange))
  if (status > 0) attributes['http.response.status_code'] = status
  if (status >= 500) attributes['error.type'] = errorCode ?? String(status)
  if (tls) attributes['tls.protocol.version'] = tls.version.replace('TLSv', '')
  if (errorCode !== undefined) attributes['tunnel.error.code'] = errorCode
  if (endpoint) {
    attributes['tunnel.endpoint.id'] = endpoint.id
    attributes['tunnel.endpoint.url'] = endpoint.url
    attributes['tunnel.session.id'] = endpoint.session.id
  }
  return attributes
}

function requestAttributes({ head, connection }: ExchangeRecord): Attributes {
  const { method = '', target = '', host = '', headers = [] } = head ?? {}
  const { path, query } = requestUrl(target)
  const [, name = host, port] = /^(.*?)(?::(\d+))?$/.exec(host) ?? []
  const attributes: Attributes = {
    'url.path': cut(path),
    'server.address': cut(name),
    'server.port': port ? Number(port) : connection.local.port,
  }
  if (!METHODS.has(method)) attributes['http.request.method_original'] = cut(method)
  if (query !== '') attributes['url.query'] = cut(query.replace(SIGNATURES, '$1$2=REDACTED'))
  const agent = headers.findIndex((field, at) => at % 2 === 0 && field.toLowerCase() === 'user-agent')
  if (agent >= 0) attributes['user_agent.original'] = cut(headers[agent + 1] ?? '')
  return attributes
}

const cut = (text: string): string => (text.length > MAX_CHARACTERS ? text.slice(0, MAX_CHARACTERS) : text)

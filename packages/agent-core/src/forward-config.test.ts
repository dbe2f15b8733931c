import { expect, test } from 'vitest'
import { type EndpointConfig, endpointRequest, type UpstreamConfig, upstreamAddress } from './forward-config.ts'

const upstream = { url: 'http://localhost:80' }
const request = (config: EndpointConfig) => endpointRequest(config, upstream.url)

test.each<[EndpointConfig, object]>([
  [{}, { protocol: 'https' }],
  [{ proto: 'http' }, { protocol: 'https' }],
  [{ proto: 'tcp' }, { protocol: 'tcp' }],
  [{ url: '' }, { protocol: 'https' }],
  [{ labels: 'app=web' }, { protocol: '', labels: ['app=web'] }],
  [{ labels: ['edge:edghts_1', 'url=a:b'] }, { protocol: '', labels: ['edge=edghts_1', 'url=a:b'] }],
  [{ labels: [] }, { protocol: 'https' }],
  [{ url: 'a.example' }, { protocol: 'https', url: 'a.example' }],
  [{ url: 'https://a.example' }, { protocol: 'https', url: 'https://a.example' }],
  [{ url: 'http://a.example' }, { protocol: 'http', url: 'http://a.example' }],
  [{ url: 'HTTP://' }, { protocol: 'http', url: 'HTTP://' }],
  [{ url: 'tcp://' }, { protocol: 'tcp', url: 'tcp://' }],
  [
    { url: 'tcp://edge.example:20001', proto: 'tcp' },
    { protocol: 'tcp', url: 'tcp://edge.example:20001' },
  ],
  [
    { url: 'edge.example:20001', proto: 'tcp' },
    { protocol: 'tcp', url: 'edge.example:20001' },
  ],
  [{ domain: 'a.example' }, { protocol: 'https', url: 'https://a.example' }],
  [
    { hostname: 'a.example', schemes: 'HTTP' },
    { protocol: 'http', url: 'http://a.example' },
  ],
  [
    { domain: 'a.example', schemes: ['HTTP', 'HTTPS'] },
    { protocol: 'https', url: 'https://a.example' },
  ],
  [{ schemes: ['https', 'http'] }, { protocol: 'http', url: 'http://' }],
  [
    { proto: 'tcp', remote_addr: 'edge.example:20001' },
    { protocol: 'tcp', url: 'tcp://edge.example:20001' },
  ],
  [
    { proto: 'tcp', remote_addr: 'tcp://edge.example:20001' },
    { protocol: 'tcp', url: 'tcp://edge.example:20001' },
  ],
  [
    { name: 'web', description: 'my app', metadata: '{}' },
    { protocol: 'https', name: 'web', description: 'my app', metadata: '{}' },
  ],
  [{ binding: 'internal' }, { protocol: 'https', bindings: ['internal'] }],
  [{ pooling_enabled: false }, { protocol: 'https', poolingEnabled: false }],
  [{ proto: 'tls' }, { protocol: 'tls' }],
  [{ url: 'tls://a.example' }, { protocol: 'tls', url: 'tls://a.example' }],
  [
    { proto: 'tls', url: 'a.example' },
    { protocol: 'tls', url: 'a.example' },
  ],
  [
    { proto: 'tls', domain: 'a.example' },
    { protocol: 'tls', url: 'tls://a.example' },
  ],
  [{ proto: 'tls', terminate_at: 'upstream' }, { protocol: 'tls' }],
  [
    { proto: 'tls', terminate_at: 'edge', tls_min_version: '1.3' },
    { protocol: 'tls', tlsTermination: { clientCas: [], minVersion: '1.3' } },
  ],
  [
    { url: 'https://a.example', mutual_tls_cas: ['-----BEGIN CERTIFICATE-----'] },
    {
      protocol: 'https',
      url: 'https://a.example',
      tlsTermination: { clientCas: ['-----BEGIN CERTIFICATE-----'], minVersion: '1.2' },
    },
  ],
  [{ terminate_at: 'edge', mutual_tls_cas: [] }, { protocol: 'https' }],
  [{ host_header: 'rewrite' }, { protocol: 'https', hostHeader: 'rewrite' }],
  [{ traffic_policy: 'on_http_request: []' }, { protocol: 'https', trafficPolicy: 'on_http_request: []' }],
  [
    { policy: 'inbound: []', traffic_policy: '' },
    { protocol: 'https', trafficPolicy: 'inbound: []' },
  ],
])('of %j asks for %j', (config, asked) => {
  expect(request(config)).toEqual({ ...asked, upstream })
})

test.each([1, 2, '1', '2'] as const)(
  'asks for an edge that knows of the PROXY protocol with proxy_proto %j',
  (version) => {
    expect(request({ proxy_proto: version }).upstream).toEqual({ ...upstream, proxyProtocol: Number(version) })
  },
)

test('asks for no PROXY protocol with an empty proxy_proto', () => {
  expect(request({ proxy_proto: '' }).upstream).toEqual(upstream)
})

test.each(['3', 'v1', 0, true])('refuses proxy_proto %j', (version) => {
  expect(() => request({ proxy_proto: version as '1' })).toThrow(
    expect.objectContaining({
      code: 'ERR_TUNNEL_1123',
      message: `proxy_proto ${JSON.stringify(version)} is not 1 or 2`,
    }),
  )
})

test('refuses a PROXY protocol towards files', () => {
  expect(() => upstreamAddress({ addr: 'file:///srv', proxy_proto: 2 })).toThrow(
    'proxy_proto and a file upstream exclude each other',
  )
})

test('rewrites Host to the upstream also where something else is shown', () => {
  const config = { forwards_to: 'my app', host_header: 'rewrite' }
  expect(endpointRequest(config, 'http://app.local:3000')).toMatchObject({ hostHeader: 'app.local:3000' })
  expect(endpointRequest(config, 'http://app.local:80')).toMatchObject({ hostHeader: 'app.local' })
  expect(endpointRequest(config, 'unix:/run/app.sock')).toMatchObject({ hostHeader: 'rewrite' })
})

test('refuses a policy under both of its names', () => {
  expect(() => request({ traffic_policy: 'on_http_request: []', policy: 'inbound: []' })).toThrow(
    expect.objectContaining({ code: 'ERR_TUNNEL_9025' }),
  )
})

test('shows another upstream when told to', () => {
  expect(request({ forwards_to: 'my app' }).upstream).toEqual({ url: 'my app' })
})

test.each<[EndpointConfig, string]>([
  [{ url: 'https://a.example', domain: 'b.example' }, 'url and domain exclude each other'],
  [{ url: 'https://a.example', hostname: 'b.example' }, 'url and hostname exclude each other'],
  [{ url: 'https://a.example', schemes: 'http' }, 'url and schemes exclude each other'],
  [{ url: 'tcp://', remote_addr: 'edge.example:20001' }, 'url and remote_addr exclude each other'],
  [{ url: 'tcp://', proto: 'http' }, 'proto http and url tcp:// exclude each other'],
  [{ url: 'https://a.example', proto: 'tcp' }, 'proto tcp and url https:// exclude each other'],
  [{ domain: 'a.example', hostname: 'a.example' }, 'domain and hostname exclude each other'],
  [{ proto: 'tcp', domain: 'a.example' }, 'domain and proto tcp exclude each other'],
  [{ proto: 'tcp', schemes: 'http' }, 'schemes and proto tcp exclude each other'],
  [{ remote_addr: 'edge.example:20001' }, 'remote_addr and proto http exclude each other'],
  [{ proto: 'tls', remote_addr: 'edge.example:20001' }, 'remote_addr and proto tls exclude each other'],
  [{ proto: 'tls', schemes: 'https' }, 'schemes and proto tls exclude each other'],
  [{ url: 'tls://a.example', proto: 'http' }, 'proto http and url tls:// exclude each other'],
])('refuses %j: %s', (config, message) => {
  expect(() => request(config)).toThrow(
    expect.objectContaining({ code: 'ERR_TUNNEL_9021', message: `${message}: give one` }),
  )
})

test.each<[object, string]>([
  [{ proto: 'labelled' }, 'proto "labelled" is not supported: use http, tcp or tls'],
  [{ proto: 7 }, 'proto 7 is not supported: use http, tcp or tls'],
  [{ schemes: 'ftp' }, 'scheme "ftp" is not http or https'],
  [{ schemes: [] }, 'scheme undefined is not http or https'],
])('refuses %j: %s', (config, message) => {
  expect(() => request(config)).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_332', message }))
})

test.each<[UpstreamConfig & EndpointConfig, string]>([
  [{}, 'http://localhost:80'],
  [{ addr: 3000 }, 'http://localhost:3000'],
  [{ addr: '192.0.2.1:3000', host: 'ignored', port: 1 }, 'http://192.0.2.1:3000'],
  [{ host: 'app.local' }, 'http://app.local:80'],
  [{ host: 'app.local', port: 3000 }, 'http://app.local:3000'],
  [{ host: '::1', port: 3000 }, 'http://[::1]:3000'],
  [{ host: '[::1]' }, 'http://[::1]:80'],
  [{ port: 443 }, 'https://localhost:443'],
  [{ proto: 'tcp', port: 22 }, 'tcp://localhost:22'],
  [{ proto: 'tls', port: 443 }, 'tcp://localhost:443'],
  [{ url: 'tls://', addr: 'tls://localhost:443' }, 'tls://localhost:443'],
  [{ url: 'tcp://', addr: 22 }, 'tcp://localhost:22'],
  [{ addr: 'unix:/run/app.sock' }, 'unix:/run/app.sock'],
])('of %j forwards to %s', (config, url) => {
  expect(upstreamAddress(config).url).toBe(url)
})

test('refuses a port that is none', () => {
  expect(() => upstreamAddress({ port: Number.NaN })).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_9034' }))
  expect(() => upstreamAddress({ host: 'app.local', port: 70_000 })).toThrow('port "70000"')
})

test.each<EndpointConfig>([
  { url: 'http://a.example', crt: '-----BEGIN CERTIFICATE-----', key: '-----BEGIN PRIVATE KEY-----' },
  { schemes: 'http', mutual_tls_cas: 'ca.pem' },
  { proto: 'tcp', mutual_tls_cas: 'ca.pem' },
  { labels: 'app=web', tls_min_version: '1.3' },
])('refuses %j rather than ignore it where there is no TLS', (config) => {
  expect(() => request(config)).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_813' }))
})

test.each<[object, boolean]>([
  [{}, false],
  [{ app_protocol: 'http1' }, false],
  [{ app_protocol: 'http2' }, true],
])('%j speaks HTTP/2: %s', (config, expected) => {
  expect(request(config).upstream.protocol).toBe(expected ? 'http2' : undefined)
})

test.each<[object, string]>([
  [{ app_protocol: 'grpc' }, 'ERR_TUNNEL_15003'],
  [{ app_protocol: 'http2', proto: 'tcp' }, 'ERR_TUNNEL_9021'],
  [{ websocket_tcp_converter: true, proto: 'tcp' }, 'ERR_TUNNEL_9021'],
  [{ websocket_tcp_converter: true, app_protocol: 'http2' }, 'ERR_TUNNEL_9021'],
])('refuses %j with %s', (config, code) => {
  expect(() => request(config)).toThrow(expect.objectContaining({ code }))
})

test.each<[boolean | undefined, true | undefined]>([
  [undefined, undefined],
  [false, undefined],
  [true, true],
])('asks the edge to convert WebSockets where websocket_tcp_converter is %s: %s', (websocket_tcp_converter, asked) => {
  expect(request({ websocket_tcp_converter }).webSocketTcpConverter).toBe(asked)
})

test.each([{ app_protocol: 'http2' }, { websocket_tcp_converter: true }] as const)(
  'refuses %j to a directory',
  (option) => {
    const config = { addr: 'file:///srv', ...option }
    expect(() => upstreamAddress(config)).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_9021' }))
  },
)

test('proto labeled goes with labels', () => {
  const labels = endpointRequest({ proto: 'labeled', labels: 'a:b' }, 'x')
  expect(labels).toMatchObject({ protocol: '', labels: ['a=b'] })
  expect(() => endpointRequest({ proto: 'labeled' }, 'x')).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_394' }))
})

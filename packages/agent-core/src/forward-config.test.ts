import { expect, test } from 'vitest'
import { type EndpointConfig, endpointRequest, type UpstreamConfig, upstreamAddress } from './forward-config.ts'

const upstream = { url: 'http://localhost:80' }
const request = (config: EndpointConfig) => endpointRequest(config, upstream.url)

test.each<[EndpointConfig, object]>([
  [{}, { protocol: 'https' }],
  [{ proto: 'http' }, { protocol: 'https' }],
  [{ proto: 'tcp' }, { protocol: 'tcp' }],
  [{ url: '' }, { protocol: 'https' }],
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
  [{ host_header: 'rewrite' }, { protocol: 'https', hostHeader: 'rewrite' }],
])('of %j asks for %j', (config, asked) => {
  expect(request(config)).toEqual({ ...asked, upstream })
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
])('refuses %j: %s', (config, message) => {
  expect(() => request(config)).toThrow(
    expect.objectContaining({ code: 'ERR_TUNNEL_9021', message: `${message}: give one` }),
  )
})

test.each<[object, string]>([
  [{ proto: 'tls' }, 'proto "tls" is not supported: use http or tcp'],
  [{ proto: 'labeled' }, 'proto "labeled" is not supported: use http or tcp'],
  [{ proto: 7 }, 'proto 7 is not supported: use http or tcp'],
  [{ url: 'tls://a.example' }, 'url scheme "tls" is not supported: use http or tcp'],
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
  [{ url: 'tcp://', addr: 22 }, 'tcp://localhost:22'],
  [{ addr: 'unix:/run/app.sock' }, 'unix:/run/app.sock'],
])('of %j forwards to %s', (config, url) => {
  expect(upstreamAddress(config).url).toBe(url)
})

test('refuses a port that is none', () => {
  expect(() => upstreamAddress({ port: Number.NaN })).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_9034' }))
  expect(() => upstreamAddress({ host: 'app.local', port: 70_000 })).toThrow('port "70000"')
})

import { expect, it } from 'vitest'
import { importCloudflared } from './index.ts'

/** What ingress rules become, each written in one line of YAML. */
const rules = (...lines: string[]) => {
  const { endpoints, notCarried } = importCloudflared(`ingress:\n${lines.map((one) => `- ${one}\n`).join('')}`, 'c.yml')
  return { endpoints, notCarried: notCarried.map(({ key, why }) => `${key}: ${why}`) }
}

it('turns a rule into an endpoint of its host name', () => {
  const carried = rules(
    '{ hostname: app.example.com, service: "http://localhost:8000/" }',
    '{ hostname: "*.example.com", service: "http://localhost:8001", originRequest: { httpHostHeader: localhost } }',
    '{ service: "http_status:404" }',
  )
  expect(carried).toEqual({
    endpoints: [
      { name: 'app.example.com', url: 'https://app.example.com', upstream: { url: 'http://localhost:8000' } },
      {
        name: '*.example.com',
        url: 'https://*.example.com',
        traffic_policy: {
          on_http_request: [{ actions: [{ type: 'add-headers', config: { headers: { host: 'localhost' } } }] }],
        },
        upstream: { url: 'http://localhost:8001' },
      },
    ],
    notCarried: [],
  })
})

it.each([
  ['', { tls_verify: true }],
  ['noTLSVerify: true', {}],
  ['caPool: /ca.pem', { tls_verify: true, tls_verify_cas: '/ca.pem' }],
  ['http2Origin: true', { protocol: 'http2', tls_verify: true }],
])('verifies a TLS service as cloudflared did: {%s}', (origin, upstream) => {
  const { endpoints } = rules(`{ hostname: a.b, service: "https://localhost:1", originRequest: { ${origin} } }`)
  expect(endpoints[0]?.upstream).toEqual({ url: 'https://localhost:1', ...upstream })
})

it('has the keys of the file for rules without their own', () => {
  const text = `originRequest: { noTLSVerify: true, http2Origin: true }
ingress:
- { hostname: a.b, service: "https://x:1" }
- { hostname: c.d, service: "https://x:1", originRequest: { noTLSVerify: false } }
`
  const { endpoints, notCarried } = importCloudflared(text, 'c.yml')
  expect(endpoints.map(({ upstream }) => upstream.tls_verify)).toEqual([undefined, true])
  expect(notCarried).toEqual([])
})

it('leads the paths of a host to internal endpoints by a traffic policy', () => {
  const { endpoints } = rules(
    '{ hostname: a.example, path: "^/api", service: "http://localhost:1" }',
    '{ hostname: a.example, path: "\\\\.png$", service: "http://localhost:2" }',
    '{ hostname: a.example, service: "http://localhost:3", originRequest: { httpHostHeader: h } }',
    '{ hostname: a.example, path: /never, service: "http://localhost:4" }',
  )
  const lead = (path: string, number: number) => ({
    expressions: [`req.url.path.matches("${path}")`],
    actions: [{ type: 'forward-internal', config: { url: `https://a-example-${number}.internal` } }],
  })
  const internal = (number: number) => ({
    name: `a.example ${number}`,
    url: `https://a-example-${number}.internal`,
    bindings: ['internal'],
    upstream: { url: `http://localhost:${number}` },
  })
  const own = { actions: [{ type: 'add-headers', config: { headers: { host: 'h' } } }] }
  expect(endpoints).toEqual([
    {
      name: 'a.example',
      url: 'https://a.example',
      upstream: { url: 'http://localhost:3' },
      traffic_policy: { on_http_request: [lead('^/api', 1), lead('\\\\.png$', 2), own] },
    },
    internal(1),
    internal(2),
  ])
})

it('answers 404 where no path of a host matches', () => {
  const { endpoints } = rules('{ hostname: a.example, path: /api, service: "http://localhost:1" }')
  expect(endpoints[0]?.traffic_policy).toMatchObject({
    on_http_request: [{}, { actions: [{ type: 'custom-response', config: { status_code: 404 } }] }],
  })
})

it.each([
  ['ssh://localhost:22', 'localhost:22'],
  ['ssh://host', 'host:22'],
  ['rdp://host', 'host:3389'],
  ['tcp://host:5432', 'host:5432'],
])('has a port of the edge for %s', (service, url) => {
  const { endpoints, notCarried } = rules(`{ hostname: a.b, service: "${service}" }`)
  expect(endpoints).toEqual([{ name: 'a.b', url: 'tcp://', upstream: { url } }])
  expect(notCarried).toEqual([expect.stringContaining('ingress[0].hostname: a TCP service is reached at a port')])
})

it.each([
  ['hostname: a.b, service: "unix:/tmp/s"', 'the service "unix:/tmp/s" has no counterpart'],
  ['hostname: a.b, service: hello_world', 'the service "hello_world" has no counterpart'],
  ['hostname: a.b, service: "http_status:503"', 'the service "http_status:503" has no counterpart'],
  ['hostname: a.b, service: "tcp://host"', 'the service has no port'],
  ['hostname: a.b, path: /x, service: "tcp://host:1"', 'a TCP service has no paths'],
  ['hostname: a.b, service: "http://h/base"', 'an upstream has no path'],
  ['service: "http://h:1"', 'an endpoint needs a host name'],
  [
    'hostname: a.b, service: "http://h:1", originRequest: { access: { required: true, teamName: t } }',
    'it asks for Cloudflare Access',
  ],
])('leaves out {%s}, and says why', (keys, why) => {
  const { endpoints, notCarried } = rules(`{ ${keys} }`)
  expect(endpoints).toEqual([])
  expect(notCarried).toEqual([expect.stringContaining(`ingress[0]: ${why}`)])
})

it('takes over the settings, and tells of all other keys', () => {
  const text = `tunnel: id
credentials-file: c.json
loglevel: fatal
logfile: /var/log/cf.log
no-autoupdate: true
warp-routing: { enabled: true }
originRequest: { connectTimeout: 30s }
ingress:
- { hostname: a.b, service: "http://h:1", originRequest: { keepAliveTimeout: 1s } }
`
  const { settings, notCarried } = importCloudflared(text, 'c.yml')
  expect(settings).toEqual({ log: '/var/log/cf.log', log_level: 'crit', update_check: false })
  expect(notCarried.map(({ key }) => key)).toEqual([
    'tunnel',
    'credentials-file',
    'ingress[0].originRequest.keepAliveTimeout',
    'warp-routing',
    'originRequest.connectTimeout',
  ])
})

it('refuses what is no YAML', () => {
  expect(() => importCloudflared('a: [', 'c.yml')).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
})

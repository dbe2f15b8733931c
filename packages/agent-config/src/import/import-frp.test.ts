import { describe, expect, it } from 'vitest'
import { importFrp } from './index.ts'

/** What one proxy becomes, of whose keys `keys` are written in TOML. */
const proxy = (...keys: string[]) => {
  const { endpoints, tunnels, notCarried } = importFrp(`[[proxies]]\nname = "p"\n${keys.join('\n')}\n`, 'frpc.toml')
  return { endpoints, tunnels, notCarried: notCarried.map(({ key, why }) => `${key}: ${why}`) }
}

describe('a proxy', () => {
  it('of http is an endpoint for each of its domains, with its rules', () => {
    const { endpoints, notCarried } = proxy(
      'type = "http"',
      'localPort = 8080',
      'customDomains = ["a.example.com", "b.example.com"]',
      'hostHeaderRewrite = "dev.local"',
      'httpUser = "bob"',
      'httpPassword = "bobpassword"',
      'requestHeaders.set.x-from-where = "frp"',
      'responseHeaders.set.x-to = "you"',
      'metadatas.id = "7"',
      'loadBalancer.group = "g"',
      'loadBalancer.groupKey = "k"',
    )
    const endpoint = {
      upstream: { url: '127.0.0.1:8080' },
      metadata: '{"id":"7"}',
      pooling_enabled: true,
      traffic_policy: {
        on_http_request: [
          {
            actions: [
              { type: 'basic-auth', config: { credentials: ['bob:bobpassword'] } },
              { type: 'add-headers', config: { headers: { 'x-from-where': 'frp', host: 'dev.local' } } },
            ],
          },
        ],
        on_http_response: [{ actions: [{ type: 'add-headers', config: { headers: { 'x-to': 'you' } } }] }],
      },
    }
    expect(endpoints).toEqual([
      { name: 'p', url: 'http://a.example.com', ...endpoint },
      { name: 'p-2', url: 'http://b.example.com', ...endpoint },
    ])
    expect(notCarried).toEqual([])
  })

  it('of http with a subdomain is a tunnel, which alone can have one', () => {
    const keys = ['type = "http"', 'localIP = "192.168.0.5"', 'localPort = 80', 'subdomain = "test"']
    expect(proxy(...keys).tunnels).toEqual({
      p: { proto: 'http', addr: '192.168.0.5:80', subdomain: 'test', schemes: ['http'] },
    })
  })

  it('of http to port 443 stays without TLS', () => {
    const { endpoints } = proxy('type = "http"', 'localPort = 443', 'customDomains = ["a.b"]')
    expect(endpoints[0]?.upstream.url).toBe('http://127.0.0.1:443')
  })

  it('of https passes TLS on, as it did', () => {
    const keys = [
      'type = "https"',
      'localPort = 443',
      'customDomains = ["s.b"]',
      'transport.proxyProtocolVersion = "v2"',
    ]
    expect(proxy(...keys).endpoints).toEqual([
      { name: 'p', url: 'tls://s.b', upstream: { url: '127.0.0.1:443', proxy_protocol: 2 } },
    ])
  })

  it('of tcp has a random port, and the report says what to do', () => {
    const { endpoints, notCarried } = proxy('type = "tcp"', 'localPort = 22', 'remotePort = 6000')
    expect(endpoints).toEqual([{ name: 'p', url: 'tcp://', upstream: { url: '127.0.0.1:22' } }])
    expect(notCarried).toEqual([
      'proxies[p].remotePort: the port is a random one now: reserve one and write url: tcp://EDGE:6000',
    ])
  })

  it.each(['stcp', 'xtcp'])('of %s, which is not public, is an internal endpoint', (type) => {
    const { endpoints, notCarried } = proxy(`type = "${type}"`, 'secretKey = "abc"', 'localPort = 22')
    expect(endpoints).toEqual([
      { name: 'p', url: 'tcp://p.internal:22', bindings: ['internal'], upstream: { url: '127.0.0.1:22' } },
    ])
    expect(notCarried.join()).toContain('proxies[p].secretKey: ')
    expect(notCarried.join()).not.toContain('abc')
  })

  it.each([
    ['static_file', 'http', 'localPath = "/srv"', { upstream: { url: 'file:///srv' } }],
    ['http2https', 'http', 'localAddr = "127.0.0.1:443"', { upstream: { url: 'https://127.0.0.1:443' } }],
    [
      'https2http',
      'https',
      'localAddr = "127.0.0.1:80"\ncrtPath = "c"\nkeyPath = "k"',
      {
        upstream: { url: '127.0.0.1:80' },
        agent_tls_termination: { server_certificate: 'c', server_private_key: 'k' },
      },
    ],
    [
      'https2https',
      'https',
      'localAddr = "127.0.0.1:443"\ncrtPath = "c"\nkeyPath = "k"',
      { upstream: { url: 'tls://127.0.0.1:443' } },
    ],
  ])('with the plugin %s leads where the plugin did', (plugin, type, keys, endpoint) => {
    const head = [`type = "${type}"`, 'customDomains = ["a.b"]', '[proxies.plugin]', `type = "${plugin}"`]
    expect(proxy(...head, keys).endpoints).toMatchObject([endpoint])
  })

  it.each([
    ['type = "http"\nlocalPort = 1\ncustomDomains = ["a.b"]\nlocations = ["/api"]', 'endpoints have no paths'],
    [
      'type = "http"\nlocalPort = 1\ncustomDomains = ["a.b"]\nrouteByHTTPUser = "x"',
      'endpoints are not chosen by user',
    ],
    ['type = "http"\nlocalPort = 1', 'it has neither customDomains nor subdomain'],
    ['type = "https"\nlocalPort = 1\nsubdomain = "x"', 'only the full name can be written'],
    ['type = "udp"\nlocalPort = 53\nremotePort = 53', 'UDP is not carried'],
    ['type = "tcpmux"\nlocalPort = 1', 'there is no port that tunnels share by CONNECT'],
    ['type = "tcp"\nenabled = false\nlocalPort = 1', 'it is not enabled'],
    ['type = "tcp"', 'it has no localPort'],
    ['type = "odd"\nlocalPort = 1', 'the type "odd" is unknown'],
    ['type = "tcp"\n[proxies.plugin]\ntype = "socks5"', 'the plugin "socks5" has no counterpart'],
  ])('is left out whole where a part of it could not be kept: %j', (keys, why) => {
    const { endpoints, tunnels, notCarried } = proxy(keys)
    expect({ endpoints, tunnels }).toEqual({ endpoints: [], tunnels: {} })
    expect(notCarried).toEqual([expect.stringContaining(`proxies[p]: ${why}`)])
  })

  it('tells of every key that it does not know, wherever it stands', () => {
    const { notCarried } = proxy(
      'type = "tcp"\nlocalPort = 1\ntransport.bandwidthLimit = "1MB"\nhealthCheck.type = "tcp"',
    )
    expect(notCarried).toEqual([
      'proxies[p].healthCheck: it has no counterpart',
      'proxies[p].transport.bandwidthLimit: it has no counterpart',
    ])
  })
})

it('takes over the settings, and not what belongs to the frp server', () => {
  const text = `serverAddr = "frps.example.com"
serverPort = 7000
auth.token = "secret"
user = "me"
dnsServer = "9.9.9.9"
log.to = "console"
log.level = "trace"
start = ["a", "b"]
transport.proxyURL = "socks5://localhost:1080"
[[visitors]]
name = "v"
`
  const { settings, notCarried } = importFrp(text, 'frpc.toml')
  expect(settings).toEqual({
    proxy_url: 'socks5://localhost:1080',
    dns_resolver_ips: ['9.9.9.9'],
    log: 'stdout',
    log_level: 'debug',
  })
  expect(notCarried.map(({ key }) => key)).toEqual(['serverAddr', 'serverPort', 'auth', 'start', 'visitors[v]', 'user'])
  expect(JSON.stringify(notCarried)).not.toContain('secret')
})

it('reads YAML and JSON by their names', () => {
  const yaml = 'proxies:\n- { name: a, type: tcp, localPort: 22 }\n'
  expect(importFrp(yaml, 'frpc.yaml').endpoints).toHaveLength(1)
  expect(importFrp('{"proxies":[{"name":"a","type":"tcp","localPort":22}]}', 'frpc.json').endpoints).toHaveLength(1)
})

it.each([
  ['a = = b', 'frpc.toml', 'frpc.toml: not TOML: '],
  ['[common]\nserver_addr = 1.2.3.4\n', 'frpc.ini', 'the older INI form has to be turned into TOML first'],
  ['a: [', 'frpc.yml', 'frpc.yml: not YAML: '],
  ['serverAddr = "{{ .Envs.SERVER }}"', 'frpc.toml', 'frpc.toml: it has templates'],
])('refuses %j as %s', (text, file, message) => {
  expect(() => importFrp(text, file)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
  expect(() => importFrp(text, file)).toThrow(message)
})

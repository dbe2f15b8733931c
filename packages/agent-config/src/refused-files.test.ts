import { describe, expect, it } from 'vitest'
import { ConfigFileError, loadAgentConfig } from './index.ts'

/** The faults of a file as a person would see them. */
const faultsIn = (text: string): string[] => {
  try {
    loadAgentConfig({ explicitPaths: ['t.yml'], env: {}, platform: 'linux', homedir: '/home/x', readText: () => text })
  } catch (error) {
    if (error instanceof ConfigFileError && error.code === 'ERR_CONFIG_INVALID') return error.message.split('\n')
    throw error
  }
  return []
}

const v3 = (agent: string): string[] => faultsIn(`version: 3\nagent: {${agent}}\n`)
const endpoint = (keys: string): string[] => faultsIn(`version: 3\nendpoints:\n- {${keys}}\n`)
const tunnel = (keys: string, version = 2): string[] => faultsIn(`version: ${version}\ntunnels: {a: {${keys}}}\n`)

it('shows every fault of a file at once, single keys and keys together', () => {
  const text = `version: 3
agent:
  authtokn: x
  heartbeat_interval: 10
  web_addr: 4040
endpoints:
  - name: a
    upstream: {}
    traffic_policy: {}
    traffic_policy_file: p.yml
tunnels:
  b: {addr: 80}
`
  expect(faultsIn(text)).toEqual([
    't.yml:3:3: unknown key `authtokn` in `agent`; did you mean `authtoken`?',
    't.yml:4:23: `agent.heartbeat_interval`: expected a duration with its unit, like 10s, 500ms or 1h30m, got 10',
    't.yml:5:13: `agent.web_addr`: expected host:port, like 127.0.0.1:8080, [::1]:8080 or :8080, got 4040',
    't.yml:7:5: `endpoints[0]`: only one of traffic_policy, traffic_policy_file, traffic_policy_url may be given',
    't.yml:8:15: `endpoints[0].upstream.url` is missing: expected text or a number',
    't.yml:12:6: `tunnels.b`: proto is needed (ERR_TUNNEL_394)',
  ])
})

describe('the version', () => {
  it.each(['', 'agent: {}\n', 'version:\n', 'tunnels: {a: {proto: http, addr: 80, domain: a.example}}\n'])(
    'must be there: %j',
    (text) => {
      expect(faultsIn(text)).toEqual([
        expect.stringMatching(/^t\.yml:1:1: `version`( is missing)?: expected `version: 3` /),
      ])
      expect(faultsIn(text).join()).toContain('`tunnel config upgrade`')
    },
  )

  it.each(['1', '4', 'three', '[3]'])('must be known: %s', (version) => {
    expect(faultsIn(`version: ${version}\n`)).toEqual([expect.stringMatching(/^t\.yml:1:10: `version`: expected/)])
  })
})

describe('settings', () => {
  it.each([
    ['heartbeat_interval: 0s', '0s is less than the minimum 1ms'],
    ['connect_timeout: 1d', 'expected a duration'],
    ['connect_cas: "sha256:abc"', 'a pinned CA is sha256: and 32 bytes'],
    ['dns_resolver_ips: [resolver.example.com]', 'expected an IP address'],
    ['proxy_url: ftp://x', 'expected a URL that begins with http://, https://, socks5:// or socks5h://'],
    ['log_level: trace', 'expected one of debug, info, warn, error, crit, got "trace"'],
    ['inspect_db_size: -2', '-2 is less than the minimum -1'],
    ['remote_management: 1', 'expected true or false'],
    ['console_ui: maybe', 'expected true, false or iftty'],
    ['authtoken: 12', 'expected text, got a number; put it in quotes'],
    ['authtoken: ""', 'must not be empty'],
    [`metadata: ${'x'.repeat(4_097)}`, '4097 characters are more than the maximum 4096 (ERR_TUNNEL_100)'],
    ['root_cas: host', 'unknown key `root_cas` in `agent`'],
  ])('refuses %.40s', (key, message) => {
    expect(v3(key)).toEqual([expect.stringContaining(message)])
  })

  it('never shows a credential', () => {
    expect(v3('authtoken: [my-secret], api_key: {my-secret: 1}').join()).not.toContain('my-secret')
  })
})

describe('endpoints', () => {
  it.each([
    ['upstream: {url: 80}', '`endpoints[0].name` is missing'],
    ['name: a', '`endpoints[0].upstream` is missing'],
    ['name: a, upstream: {url: 80}, bindings: [public, internal]', '2 items are more than the maximum 1'],
    ['name: a, upstream: {url: 80}, bindings: [private]', 'expected one of public, internal, kubernetes'],
    ['name: a, upstream: {url: 80, protocol: http3}', 'expected one of http1, http2'],
    ['name: a, upstream: {url: 80, proxy_protocol: 3}', 'expected 1 or 2'],
    ['name: a, upstream: {url: 80}, url: ["https://a", "https://b"]', '2 items are more than the maximum 1'],
    [
      'name: a, upstream: {url: 80}, url: "https://a", agent_tls_termination: {server_certificate: c, server_private_key: k}',
      'only an endpoint with a tls:// url can end TLS in the agent',
    ],
    [
      'name: a, upstream: {url: 80}, url: "tls://a", agent_tls_termination: {server_certificate: c}',
      'server_certificate and server_private_key are needed both',
    ],
    [
      'name: a, upstream: {url: 80}, url: "udp://a:53"',
      'expected an address that begins with http://, https://, tcp://, tls://, or a host',
    ],
  ])('refuses {%s}', (keys, message) => {
    expect(endpoint(keys)).toEqual([expect.stringContaining(message)])
  })

  it('refuses a name twice and says where it was first', () => {
    const text = 'version: 3\nendpoints:\n- {name: a, upstream: {url: 1}}\n- {name: a, upstream: {url: 2}}\n'
    expect(faultsIn(text)).toEqual(['t.yml:4:10: `endpoints[1].name`: endpoints[0] has the same name'])
  })
})

describe('tunnels', () => {
  it.each([
    ['addr: 80', 'either proto or labels is needed (ERR_TUNNEL_394)'],
    ['proto: http', '`tunnels.a.addr` is missing'],
    ['proto: udp, addr: 80', 'expected one of http, tcp, tls'],
    [
      'proto: http, addr: 80, domain: a.b, subdomain: c',
      'only one of domain, hostname, subdomain may be given (ERR_TUNNEL_9021)',
    ],
    [
      'proto: http, addr: 80, policy: {}, traffic_policy: {}',
      'only one of policy, traffic_policy may be given (ERR_TUNNEL_9025)',
    ],
    ['proto: tls, addr: 80, crt: a', 'crt and key belong together'],
    [
      'proto: tcp, addr: 80, url: "https://a.example"',
      '`tunnels.a.url`: the address has another scheme than proto says',
    ],
    ['proto: http, addr: 80, bind_tls: true', 'unknown key `bind_tls` in `tunnels.a`'],
    ['proto: http, addr: 80, circuit_breaker: 2', '2 is more than the maximum 1'],
  ])('refuses {%s}', (keys, message) => {
    expect(tunnel(keys)).toEqual([expect.stringContaining(message)])
  })

  it('have no labels in version 3', () => {
    expect(tunnel('labels: [a=b], addr: 80', 3)).toEqual([
      expect.stringContaining('`tunnels.a.labels`: labeled tunnels exist only in version 2'),
    ])
  })
})

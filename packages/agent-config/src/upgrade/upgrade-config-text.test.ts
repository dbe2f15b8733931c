import { describe, expect, it } from 'vitest'
import { upgradeConfigText } from '../index.ts'

const upgrade = (text: string, target?: 2 | 3) => upgradeConfigText(text, { file: 'f.yml', target })

describe('from a file without version', () => {
  it('renames what version 2 calls otherwise, and states what it would change', () => {
    const text = `# mine
authtoken: token # of work
http_proxy: http://proxy:3128
update: true
tunnels:
  # the site
  web:
    proto: http # kind
    addr: 80
    auth: "bob:secret" # who
  only:
    proto: http
    addr: 81
    bind_tls: true # safe
  secret: { proto: tls, addr: 443, crt: c, key: k, client_cas: ca }
`
    expect(upgrade(text, 2)).toEqual({
      from: 1,
      to: 2,
      notes: [],
      text: `version: "2"
region: us
# mine
authtoken: token # of work
proxy_url: http://proxy:3128
update_check: true
tunnels:
  # the site
  web:
    proto: http # kind
    addr: 80
    basic_auth:
      - bob:secret
      # who
    schemes: [ http, https ]
  only:
    proto: http
    addr: 81
    schemes: [ https ] # safe
  secret: { proto: tls, addr: 443, crt: c, key: k, mutual_tls_cas: ca }
`,
    })
  })

  it('keeps one of two proxies and says so', () => {
    const { text, notes } = upgrade('http_proxy: http://a:1\nsocks5_proxy: socks5://b:2\n', 2)
    expect(text).toBe('version: "2"\nregion: us\nproxy_url: http://a:1\n')
    expect(notes).toEqual(['socks5_proxy was dropped: there is one proxy_url, and http_proxy named it'])
  })

  it('keeps the comments of keys that go', () => {
    const { text } = upgrade('# none\nhttp_proxy: false # really\n# level\nlog_level: info\n', 2)
    expect(text).toMatch(/#\s*really/)
    expect(text).toMatch(/#\s*none/)
    expect(text).toMatch(/#\s*level/)
  })
})

describe('from version 2', () => {
  it('nests the settings and turns tunnels into endpoints, comments and all', () => {
    const text = `# top

version: 2 # two
region: eu

# token
authtoken: x # mine
server_addr: e:443
root_cas: host
tunnels:
  # the site
  web: # site
    # kind
    proto: http
    addr: 80 # port
    # where
    domain: a.example # name
    metadata: m
  end:
    proto: tls
    addr: 443
    domain: b.example
    crt: c
    key: k
    mutual_tls_cas: ca # authorities
    proxy_proto: "2"
  ssh: { proto: tcp, addr: 22, remote_addr: "1.tcp:22" }
  any: { proto: tcp, addr: 23, inspect: false }
  plain: { proto: http, addr: 24, schemes: [http], traffic_policy: { on_http_request: [] } }
# end
`
    const { notes, ...upgraded } = upgrade(text)
    expect(notes).toEqual([])
    expect(upgraded).toEqual({
      from: 2,
      to: 3,
      text: `# top

version: 3 # two
agent:
  region: eu

  # token
  authtoken: x # mine
  connect_url: e:443
  connect_cas: host
endpoints:
  # the site
  # site
  # kind
  # where
  - name: web
    url: https://a.example # name
    metadata: m
    upstream:
      url: 80 # port
  # authorities
  - name: end
    url: tls://b.example
    upstream:
      url: 443
      proxy_protocol: "2"
    agent_tls_termination:
      server_certificate: c
      server_private_key: k
      mutual_tls_certificate_authorities:
        - ca
  - name: ssh
    url: tcp://1.tcp:22
    upstream:
      url: 22
  - name: any
    url: tcp://
    inspect: false
    upstream:
      url: 23
  - name: plain
    url: http://
    traffic_policy: { on_http_request: [] }
    upstream:
      url: 24
# end
`,
    })
  })

  it.each([
    ['proto: http, addr: 80, basic_auth: ["u:p"]', 'endpoints have no basic_auth'],
    ['proto: http, addr: 80, subdomain: x', 'endpoints have no subdomain'],
    ['proto: http, addr: 80, domain: a.b, schemes: [http, https]', 'an endpoint has one scheme'],
    ['proto: tls, addr: 80, domain: a.b, terminate_at: edge', 'endpoints have no terminate_at edge'],
    ['proto: tls, addr: 80, crt: c, key: k, terminate_at: edge', 'endpoints have no terminate_at edge'],
    ['proto: http, addr: 80, mutual_tls_cas: ca', 'endpoints have no mutual_tls_cas without a certificate'],
    ['proto: http, addr: 80, policy: { inbound: [] }', 'endpoints have no policy'],
  ])('leaves {%s} a tunnel, and says why', (keys, why) => {
    const { text, notes } = upgrade(`version: 2\ntunnels:\n  a: { ${keys} }\n  b: { proto: http, addr: 81 }\n`)
    expect(notes).toEqual([`tunnels.a stays a tunnel: ${why}`])
    expect(text).toContain('endpoints:\n  - name: b\n    upstream:\n      url: 81\n')
    expect(text).toContain('tunnels:\n  a: {')
  })

  it('leaves the tunnels of a file with aliases', () => {
    const text = 'version: 2\ntunnels:\n  a: &a { proto: http, addr: 80 }\n  b: *a\n'
    expect(upgrade(text)).toMatchObject({
      text: 'version: 3\ntunnels:\n  a: &a { proto: http, addr: 80 }\n  b: *a\n',
      notes: ['tunnels stay tunnels: the file has aliases, which converting could break'],
    })
  })

  it('goes no further than labeled tunnels allow', () => {
    const text = 'tunnels: { pool: { labels: [app=web], addr: 80 } }\nauthtoken: x\n'
    expect(upgrade(text)).toMatchObject({
      from: 2,
      to: 2,
      text: 'version: 2\ntunnels: { pool: { labels: [ app=web ], addr: 80 } }\nauthtoken: x\n',
      notes: ['the file stays at version 2: version 3 has no labeled tunnels like pool'],
    })
    expect(() => upgrade(text, 3)).toThrow('f.yml: version 3 has no labeled tunnels like pool')
  })
})

it('leaves a file of the wanted version as it is, byte by byte', () => {
  const text = 'version:   3\nagent:   {  authtoken:  x }\n'
  expect(upgrade(text)).toEqual({ text, from: 3, to: 3, notes: [] })
})

it('adds a version that is all a file lacks', () => {
  expect(upgrade('agent: { authtoken: x }\n').text).toBe('version: 3\nagent: { authtoken: x }\n')
})

it.each([
  ['version: 3\n', 2, 'f.yml: version 3 cannot be turned into the older 2'],
  ['version: 2\nauthtokn: x\n', 3, 'f.yml:2:1: unknown key `authtokn`; did you mean `authtoken`?'],
  ['http_proxi: false\nupdate: true\n', 3, 'f.yml:1:1: unknown key `http_proxi`; did you mean `http_proxy`?'],
  ['version: 4\n', 3, 'f.yml:1:10: `version`: expected `version: 3`'],
  ['a: [\n', 3, 'f.yml:'],
] as const)('refuses %j', (text, target, message) => {
  expect(() => upgrade(text, target)).toThrow(message)
})

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type AgentConfig,
  defaultConfigPath,
  type LoadAgentConfigOptions,
  loadAgentConfig,
  ngrokConfigPaths,
} from './index.ts'

let homedir: string
beforeEach(() => {
  homedir = mkdtempSync(join(tmpdir(), 'agent-config-'))
})
afterEach(() => rmSync(homedir, { recursive: true, force: true }))

const machine = (env: Record<string, string> = {}) => ({ platform: 'linux' as const, homedir, env })

const fileAt = (path: string, text: string): string => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}
const named = (text: string): string => fileAt(join(homedir, 'named.yml'), text)

const load = (options: Partial<LoadAgentConfigOptions> = {}): AgentConfig =>
  loadAgentConfig({ ...machine(), ...options })
const read = (text: string, env: Record<string, string> = {}): AgentConfig =>
  load({ explicitPaths: [named(text)], env })

describe('which file', () => {
  it('is none when there is none: the agent runs on defaults', () => {
    expect(load()).toEqual({
      version: undefined,
      authtoken: undefined,
      apiKey: undefined,
      connectionString: undefined,
      connect: {
        url: undefined,
        urls: [],
        cas: { kind: 'trusted' },
        timeoutMs: 10_000,
        heartbeatIntervalMs: 10_000,
        heartbeatToleranceMs: 15_000,
        proxyUrl: undefined,
        interface: undefined,
        dnsResolverIps: [],
        dnsFallbackIps: [],
        dnsOverHttpsUrls: [],
        addresses: [],
        tcpKeepAliveMs: 15_000,
        tlsMinVersion: '1.3',
        crlUrl: undefined,
        crlVerify: true,
      },
      metadata: undefined,
      console: { ui: 'iftty', color: 'black' },
      log: { target: undefined, format: 'term', level: 'info' },
      inspector: { webAddr: undefined, webAllowHosts: [], dbSizeBytes: 0, localStorage: true },
      remoteManagement: true,
      update: { check: true, channel: 'stable' },
      endpoints: [],
      tunnels: new Map(),
      stated: [],
      files: [],
      warnings: [],
    })
  })

  it('is ours, then ngrok’s newer one, then its older one, and a warning names a foreign one', () => {
    const [newer, older] = ngrokConfigPaths(machine())
    const own = defaultConfigPath(machine())
    fileAt(older!, 'version: 2\nauthtoken: oldest\n')
    expect(load()).toMatchObject({ authtoken: 'oldest', files: [older] })
    fileAt(newer!, 'version: 2\nauthtoken: older\n')
    expect(load()).toMatchObject({ authtoken: 'older', files: [newer], warnings: [expect.stringContaining(own)] })
    fileAt(own, 'version: 3\nagent: {authtoken: ours}\n')
    expect(load()).toMatchObject({ authtoken: 'ours', files: [own], warnings: [] })
  })

  it('is the explicit one before TUNNEL_CONFIG before NGROK_CONFIG', () => {
    const paths = ['flag', 'ours', 'theirs'].map((name) =>
      fileAt(join(homedir, `${name}.yml`), `version: 3\nagent: {authtoken: ${name}}\n`),
    )
    const [explicitPath, TUNNEL_CONFIG, NGROK_CONFIG] = paths as [string, string, string]
    expect(load({ env: { NGROK_CONFIG } }).authtoken).toBe('theirs')
    expect(load({ env: { TUNNEL_CONFIG, NGROK_CONFIG } }).authtoken).toBe('ours')
    expect(load({ env: { TUNNEL_CONFIG, NGROK_CONFIG }, explicitPaths: [explicitPath] }).authtoken).toBe('flag')
  })

  it('must exist when it was named', () => {
    const missing = join(homedir, 'missing.yml')
    const notFound = expect.objectContaining({
      code: 'ERR_CONFIG_NOT_FOUND',
      message: expect.stringContaining(missing),
    })
    expect(() => load({ explicitPaths: [missing] })).toThrow(notFound)
    expect(() => load({ env: { TUNNEL_CONFIG: missing } })).toThrow(notFound)
  })

  it('is not passed over when it is there and cannot be read', () => {
    mkdirSync(defaultConfigPath(machine()), { recursive: true })
    expect(() => load()).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_UNREADABLE' }))
  })
})

describe('environment over file', () => {
  const text = 'version: 3\nagent: {authtoken: file, api_key: file-key, connect_url: "h:1", connect_cas: host}\n'

  it('takes the tokens, ours before ngrok’s', () => {
    expect(read(text)).toMatchObject({ authtoken: 'file', apiKey: 'file-key' })
    const theirs = { NGROK_AUTHTOKEN: 'theirs', NGROK_API_KEY: 'their-key' }
    expect(read(text, theirs)).toMatchObject({ authtoken: 'theirs', apiKey: 'their-key' })
    const ours = { ...theirs, TUNNEL_AUTHTOKEN: 'ours', TUNNEL_API_KEY: 'our-key' }
    expect(read(text, ours)).toMatchObject({ authtoken: 'ours', apiKey: 'our-key' })
  })

  it('takes an empty variable for an unset one', () => {
    const env = { TUNNEL_AUTHTOKEN: '', NGROK_AUTHTOKEN: '', TUNNEL_CONNECT: '', TUNNEL_CONFIG: '' }
    expect(read(text, env)).toMatchObject({ authtoken: 'file', connectionString: undefined })
  })

  it('lets a connection string replace the pairing of the file as a whole', () => {
    expect(read(text, { TUNNEL_CONNECT: 'pairing' })).toMatchObject({
      connectionString: 'pairing',
      authtoken: undefined,
      connect: { url: undefined, cas: { kind: 'trusted' } },
      apiKey: 'file-key',
    })
    expect(read(text, { TUNNEL_CONNECT: 'pairing', TUNNEL_AUTHTOKEN: 'mine' }).authtoken).toBe('mine')
  })
})

describe('what a file says', () => {
  const values = `
    api_key: key
    authtoken: token
    connect_interface: eth0
    connect_timeout: 3s
    console_ui: false
    console_ui_color: transparent
    crl_noverify: true
    crl_url: http://crl.example.com/list
    dns_resolver_ips: [1.1.1.1, "2606:4700::1111"]
    heartbeat_interval: 1m
    heartbeat_tolerance: 1m30s
    inspect_db_size: -1
    local_storage: false
    log: /var/log/tunnel.log
    log_format: json
    log_level: debug
    metadata: '{"id":"x"}'
    proxy_url: socks5://user:pass@proxy.example.com:1080
    remote_management: false
    update_channel: beta
    update_check: false
    web_addr: 127.0.0.1:4050
    web_allow_hosts: [inspect.example.com]
`
  const meaning = {
    authtoken: 'token',
    apiKey: 'key',
    connect: {
      url: 'edge.example.com:443',
      cas: { kind: 'host' },
      timeoutMs: 3_000,
      heartbeatIntervalMs: 60_000,
      heartbeatToleranceMs: 90_000,
      proxyUrl: 'socks5://user:pass@proxy.example.com:1080',
      interface: 'eth0',
      dnsResolverIps: ['1.1.1.1', '2606:4700::1111'],
      crlUrl: 'http://crl.example.com/list',
      crlVerify: false,
    },
    metadata: '{"id":"x"}',
    console: { ui: false, color: 'transparent' },
    log: { target: '/var/log/tunnel.log', format: 'json', level: 'debug' },
    inspector: {
      webAddr: { host: '127.0.0.1', port: 4_050 },
      webAllowHosts: ['inspect.example.com'],
      dbSizeBytes: -1,
      localStorage: false,
    },
    remoteManagement: false,
    update: { check: false, channel: 'beta' },
  }

  it.each(['3', '"3"'])('in version %s lies under agent', (version) => {
    const text = `version: ${version}\nagent:${values}    connect_url: edge.example.com:443\n    connect_cas: host\n`
    expect(read(text)).toMatchObject({ ...meaning, version: 3, warnings: [] })
  })

  it.each(['2', '"2"'])('in version %s lies at the top, with two other names', (version) => {
    const names = `server_addr: edge.example.com:443\nroot_cas: host\n`
    const text = `version: ${version}\n${values.replaceAll(/^ {4}/gm, '')}${names}`
    expect(read(text)).toMatchObject({ ...meaning, version: 2, warnings: [] })
  })

  it('names several edges, the single one first', () => {
    const urls = (agent: string) => read(`version: 3\nagent: ${agent}\n`).connect.urls
    expect(urls('{ connect_urls: [a.example, "b.example:8443"] }')).toEqual(['a.example', 'b.example:8443'])
    expect(urls('{ connect_urls: [b.example], connect_url: a.example }')).toEqual(['a.example', 'b.example'])
  })

  it.each([
    'version: 3\nagent: { connect_urls: [connect.eu.example, connect.us.example], region: eu }\n',
    'version: 2\nserver_addr: connect.eu.example\nregion: eu\n',
    'server_addr: connect.eu.example\nregion: eu\n',
  ])('takes the region of %j', (text) => {
    expect(read(text).connect.region).toBe('eu')
    // It chooses among the edges of the file, and a connection string has edges of its own.
    expect(read(text, { TUNNEL_CONNECT: 'tunnel://x@edge.example' }).connect.region).toBeUndefined()
  })

  it('takes keys with nothing after them, as in a template, for missing', () => {
    const text = 'version: 3\nagent:\n  authtoken:\n  log:\n  web_addr:\nendpoints:\ntunnels:\n'
    expect(read(text)).toEqual({ ...read('version: 3\n'), warnings: [] })
  })

  it.each([
    ['trusted', { kind: 'trusted' }],
    ['host', { kind: 'host' }],
    ['/etc/ca.pem', { kind: 'file', path: '/etc/ca.pem' }],
    [`sha256:${'ab'.repeat(32)}`, { kind: 'fingerprint', sha256: 'ab'.repeat(32) }],
    [`sha256:${Array.from({ length: 32 }, () => 'AB').join(':')}`, { kind: 'fingerprint', sha256: 'ab'.repeat(32) }],
    [`sha256:${Buffer.alloc(32, 0xfb).toString('base64')}`, { kind: 'fingerprint', sha256: 'fb'.repeat(32) }],
    [`sha256:${Buffer.alloc(32, 0xfb).toString('base64url')}`, { kind: 'fingerprint', sha256: 'fb'.repeat(32) }],
  ])('trusts %s', (cas, meant) => {
    expect(read(`version: 3\nagent: {connect_cas: "${cas}"}\n`).connect.cas).toEqual(meant)
  })

  it.each([
    ['false', false],
    ['stdout', 'stdout'],
    ['"false"', 'false'],
  ])('logs to %s', (log, target) => {
    expect(read(`version: 3\nagent: {log: ${log}}\n`).log.target).toBe(target)
  })

  it('reads the words that Go’s YAML takes for true and false', () => {
    const text = 'version: 2\nupdate_check: no\nconsole_ui: yes\nremote_management: Off\n'
    expect(read(text)).toMatchObject({ update: { check: false }, console: { ui: true }, remoteManagement: false })
  })

  it('reads endpoints', () => {
    const text = `
version: 3
endpoints:
  - name: web
    url: [https://web.example.com]
    description: text
    metadata: '{"id":"x"}'
    bindings: [public]
    pooling_enabled: true
    traffic_policy: {on_http_request: [{actions: [{type: deny}]}]}
    upstream: {url: 8080, protocol: http1, proxy_protocol: 2}
  - name: e2e
    url: tls://x.example.com
    inspect: false
    upstream: {url: "12345", tls_verify: true, tls_verify_cas: /ca.pem}
    agent_tls_termination:
      server_certificate: /c.crt
      server_private_key: /c.key
      mutual_tls_certificate_authorities: [/ca.crt]
`
    expect(read(text).endpoints).toEqual([
      {
        name: 'web',
        url: 'https://web.example.com',
        description: 'text',
        metadata: '{"id":"x"}',
        bindings: ['public'],
        pooling_enabled: true,
        traffic_policy: { on_http_request: [{ actions: [{ type: 'deny' }] }] },
        upstream: { url: '8080', protocol: 'http1', proxy_protocol: 2 },
      },
      {
        name: 'e2e',
        url: 'tls://x.example.com',
        inspect: false,
        upstream: { url: '12345', tls_verify: true, tls_verify_cas: '/ca.pem' },
        agent_tls_termination: {
          server_certificate: '/c.crt',
          server_private_key: '/c.key',
          mutual_tls_certificate_authorities: ['/ca.crt'],
        },
      },
    ])
  })

  it('reads the tunnels of version 2, in their order', () => {
    const text = `
version: 2
tunnels:
  website: {proto: http, addr: 8888, domain: myapp.example.com, schemes: [https], basic_auth: ["bob:bobpassword"], host_header: app.local, inspect: false}
  e2e: {proto: tls, addr: 9000, domain: x.example.com, crt: a.crt, key: a.key, terminate_at: agent}
  ssh: {proto: tcp, addr: 22, remote_addr: "1.tcp.example.com:12345", proxy_proto: "1", ip_restriction: {allow_cidrs: [10.0.0.0/8]}}
  pool: {labels: [env=prod, team=infra], addr: 8000}
  login:
    proto: http
    addr: 80
    oauth: {provider: google, allow_emails: [a@example.com], oauth_scopes: [email]}
    oidc: {issuer_url: "https://id.example.com", client_id: i, client_secret: s}
    request_header: {add: ["x: y"], remove: [z]}
    response_headers: {remove: [server]}
    user_agent_filter: {deny: [bot]}
    ua_filter_allow: [good]
    verify_webhook: {provider: slack, secret: s}
    circuit_breaker: 0.5
    compression: true
    websocket_tcp_converter: true
    mutual_tls_cas: ca.pem
    traffic_policy: {on_http_request: []}
`
    const { tunnels } = read(text)
    expect([...tunnels.keys()]).toEqual(['website', 'e2e', 'ssh', 'pool', 'login'])
    expect(tunnels.get('website')).toMatchObject({ proto: 'http', addr: '8888', schemes: ['https'] })
    expect(tunnels.get('pool')).toEqual({ labels: ['env=prod', 'team=infra'], addr: '8000' })
    expect(tunnels.get('login')).toMatchObject({ circuit_breaker: 0.5, request_header: { remove: ['z'] } })
  })

  it('reads tunnels in version 3 too', () => {
    expect(read('version: 3\ntunnels: {a: {proto: http, addr: 80}}\n').tunnels.get('a')).toEqual({
      proto: 'http',
      addr: '80',
    })
  })
})

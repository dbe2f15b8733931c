import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { CONNECT, createHome, RunningCommand, run, type StartOptions, TOKEN } from './run-command.ts'

const fingerprint = 'ab'.repeat(32)

function homeWith(settings: string, path = '.config/tunnel/tunnel.yml'): string {
  const home = createHome()
  mkdirSync(dirname(join(home, path)), { recursive: true })
  writeFileSync(join(home, path), settings)
  return home
}

/** What the session was asked for with. */
async function sessionOptions(argv: readonly string[], options: StartOptions) {
  const command = await new RunningCommand(argv, options).online()
  return command.edge.session.options
}

const file = `version: 3
agent:
  authtoken: from-file
  connect_url: file.example:443
  connect_cas: sha256:${fingerprint}
  metadata: of the file
  heartbeat_interval: 20s
`

it('takes edge, CA and authtoken of the file', async () => {
  expect(await sessionOptions(['http', '80'], { env: {}, home: homeWith(file) })).toMatchObject({
    connect: undefined,
    serverAddr: ['file.example:443'],
    trust: { caFingerprint: fingerprint },
    authtoken: 'from-file',
    metadata: 'of the file',
    heartbeatIntervalMs: 20_000,
    heartbeatToleranceMs: 15_000,
    connectTimeoutMs: 10_000,
    env: {},
  })
})

it.each<[string, string[], string | undefined]>([
  ['nothing', [], undefined],
  ['the file', ['--config', 'PATH'], 'eu'],
  ['the flag before the file', ['--config', 'PATH', '--region', 'us'], 'us'],
  ['an empty flag, as no flag', ['--region='], undefined],
])('region: %s', async (_name, argv, region) => {
  const home = homeWith('version: 3\nagent: { region: eu, connect_urls: [connect.eu.example, connect.us.example] }\n')
  const path = join(home, '.config/tunnel/tunnel.yml')
  const given = argv.map((argument) => argument.replace('PATH', path))
  const env = { TUNNEL_CONNECT: CONNECT }
  for (const command of [
    ['http', '80'],
    ['tcp', '22'],
    ['tls', '443'],
    ['tunnel', '80', '--label', 'a=b'],
    ['start', '--none'],
  ])
    expect((await sessionOptions([...command, ...given], argv.includes('PATH') ? { env: {} } : { env })).region).toBe(
      region,
    )
})

it.each([
  ['host', 'host'],
  ['trusted', undefined],
  ['/etc/edge.pem', { caFile: '/etc/edge.pem' }],
])('trusts %s', async (cas, trust) => {
  const home = homeWith(`version: 3\nagent: { connect_url: "e:443", connect_cas: "${cas}" }\n`)
  expect((await sessionOptions(['http', '80'], { env: {}, home })).trust).toEqual(trust)
})

it.each<[string, Record<string, string>, string[], string | undefined]>([
  ['the flag before all', { TUNNEL_AUTHTOKEN: 'env' }, ['--authtoken', 'flag'], 'flag'],
  ['TUNNEL_AUTHTOKEN before the file', { TUNNEL_AUTHTOKEN: 'env', NGROK_AUTHTOKEN: 'old' }, [], 'env'],
  ['NGROK_AUTHTOKEN before the file', { NGROK_AUTHTOKEN: 'old' }, [], 'old'],
  [
    'TUNNEL_AUTHTOKEN before the one in TUNNEL_CONNECT',
    { TUNNEL_CONNECT: CONNECT, TUNNEL_AUTHTOKEN: 'env' },
    [],
    'env',
  ],
  [
    'the one in TUNNEL_CONNECT before NGROK_AUTHTOKEN',
    { TUNNEL_CONNECT: CONNECT, NGROK_AUTHTOKEN: 'old' },
    [],
    undefined,
  ],
  ['the one in --connect before the environment', { TUNNEL_AUTHTOKEN: 'env' }, ['--connect', CONNECT], undefined],
  ['the environment where --connect has none', { TUNNEL_AUTHTOKEN: 'env' }, ['--connect', 'tunnel://e:443'], 'env'],
])('authtoken: %s', async (_name, env, argv, authtoken) => {
  const options = await sessionOptions(['http', '80', ...argv], { env, home: homeWith(file) })
  // Without one the session takes that of the connection string.
  expect(options.authtoken).toBe(authtoken)
})

it('takes --connect before TUNNEL_CONNECT, and nothing of the file beside it', async () => {
  const env = { TUNNEL_CONNECT: 'tunnel://other@other.example:443' }
  expect(await sessionOptions(['http', '80', '--connect', CONNECT], { env, home: homeWith(file) })).toMatchObject({
    connect: CONNECT,
    serverAddr: undefined,
    trust: undefined,
    authtoken: undefined,
    metadata: 'of the file',
  })
})

it("keeps the session's metadata and the endpoint's apart", async () => {
  const command = await new RunningCommand(['--metadata', 'session', 'http', '80', '--metadata', 'endpoint']).online()
  expect(command.edge.session.options.metadata).toBe('session')
  expect(command.edge.requests[0]?.metadata).toBe('endpoint')
})

it.each([
  [['--config', 'PATH', 'http', '80']],
  [['http', '80', '--config', 'PATH']],
  [['http', '--config=PATH', '80']],
])('reads the file of %j', async (argv) => {
  const home = homeWith(file, 'other.yml')
  const withPath = argv.map((one) => one.replace('PATH', join(home, 'other.yml')))
  expect(await sessionOptions(withPath, { env: {} })).toMatchObject({ authtoken: 'from-file' })
})

it('says what to do when there is no edge to connect to', async () => {
  const { exitCode, stderr, command } = await run(['http', '80'], { env: {} })
  expect(exitCode).toBe(1)
  expect(
    stderr
      .split('\n')
      .slice(0, -1)
      .every((line) => line.startsWith('ERROR:  ')),
  ).toBe(true)
  expect(stderr).toContain('tunnel config add-server CONNECTION_STRING')
  expect(command.edge.sessions).toEqual([])
})

it('shows every fault of the file, each on a line of its own', async () => {
  const home = homeWith('version: 3\nagent:\n  authtokn: x\n  log_level: loud\n')
  const { exitCode, stderr } = await run(['http', '80'], { env: {}, home })
  expect(exitCode).toBe(1)
  const lines = stderr.split('\n').slice(0, -1)
  expect(lines).toHaveLength(2)
  expect(lines.every((line) => line.startsWith('ERROR:  ') && line.includes('tunnel.yml:'))).toBe(true)
})

it('hands the way to the edge on to the session', async () => {
  const home = homeWith(`${file}  proxy_url: socks5://localhost:1080
  dns_resolver_ips: [1.1.1.1]
  dns_fallback_ips: [9.9.9.9]
  dns_over_https_urls: [https://9.9.9.9/dns-query]
  connect_addresses: [192.0.2.1]
  connect_interface: eth1
  connect_tls_min_version: "1.2"
  tcp_keepalive: 1m
  crl_url: http://crl.example/edge.crl
`)
  expect(await sessionOptions(['http', '80'], { env: {}, home })).toMatchObject({
    proxyUrl: 'socks5://localhost:1080',
    dnsResolverIps: ['1.1.1.1'],
    dnsFallbackIps: ['9.9.9.9'],
    dnsOverHttpsUrls: ['https://9.9.9.9/dns-query'],
    fallbackAddresses: ['192.0.2.1'],
    connectInterface: 'eth1',
    tlsMinVersion: '1.2',
    tcpKeepAliveMs: 60_000,
    crlUrl: 'http://crl.example/edge.crl',
  })
})

it('looks into no list of revoked certificates where crl_noverify says so', async () => {
  const home = homeWith(`${file}  crl_url: http://crl.example/edge.crl\n  crl_noverify: true\n`)
  expect((await sessionOptions(['http', '80'], { env: {}, home })).crlUrl).toBeUndefined()
})

it('hands on which proxy the environment names, and nothing else of it', async () => {
  const env = { TUNNEL_CONNECT: CONNECT, HTTPS_PROXY: 'http://proxy:3128', no_proxy: '.example', SECRET: 'x' }
  expect((await sessionOptions(['http', '80'], { env })).env).toEqual({
    HTTPS_PROXY: 'http://proxy:3128',
    no_proxy: '.example',
  })
})

it('warns that a file of ngrok is read', async () => {
  const home = homeWith('version: 3\nagent: { connect_url: "e:443" }\n', '.config/ngrok/ngrok.yml')
  const command = await new RunningCommand(['http', '80'], { env: {}, home }).online()
  expect(command.stderr.text).toContain('WARN:   ')
  expect(command.stderr.text).toContain('ngrok.yml: read because there is no')
})

it('does not let the edge stop it where the settings forbid that', async () => {
  const home = homeWith(`${file}  remote_management: false\n`)
  const command = await new RunningCommand(['http', '80'], { env: {}, home }).online()
  await command.edge.session.options.onStopCommand?.()
  expect(command.edge.session.state).toBe('online')
})

it('never shows the authtoken of a connection string', async () => {
  const broken = [
    CONNECT.replace('sha256:', 'md5:'),
    CONNECT.replace('tunnel://', 'http://'),
    CONNECT.replace(':443', ':0'),
  ]
  for (const text of broken) {
    const { exitCode, stderr } = await run(['config', 'add-server', text])
    expect(exitCode).toBe(1)
    expect(stderr).not.toContain(TOKEN)
  }
})

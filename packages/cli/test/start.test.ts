import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { TunnelError } from '@tunnel/agent-core'
import { expect, it } from 'vitest'
import { CONNECT, createHome, RunningCommand, run } from './run-command.ts'

const env = { TUNNEL_CONNECT: CONNECT }

function homeWith(text: string, path = '.config/tunnel/tunnel.yml'): string {
  const home = createHome()
  mkdirSync(dirname(join(home, path)), { recursive: true })
  writeFileSync(join(home, path), text)
  return home
}

/** What the edge was asked to bind. */
async function bound(text: string, argv: readonly string[]) {
  const command = await new RunningCommand(['start', ...argv], { env, home: homeWith(text) }).online()
  return command.edge.requests
}

const three = `version: 3
endpoints:
  - name: web
    url: https://web.example.com
    upstream: { url: 8080 }
  - name: ssh
    url: tcp://
    upstream: { url: 22 }
tunnels:
  old: { proto: http, addr: 9000, domain: old.example.com }
`

it('puts the endpoints of the names online, in their order and in one session', async () => {
  const command = await new RunningCommand(['start', 'ssh', 'web', 'ssh'], { env, home: homeWith(three) }).online()
  expect(command.edge.sessions).toHaveLength(1)
  expect(command.edge.requests).toMatchObject([
    { name: 'ssh', protocol: 'tcp', upstream: { url: 'tcp://localhost:22' } },
    { name: 'web', url: 'https://web.example.com', upstream: { url: 'http://localhost:8080' } },
  ])
  expect(command.edge.requests).toHaveLength(2)
  command.signal('SIGTERM')
  expect(await command.exitCode).toBe(0)
})

it('puts everything online with --all, endpoints first', async () => {
  expect((await bound(three, ['--all'])).map(({ name }) => name)).toEqual(['web', 'ssh', 'old'])
})

it('puts nothing online with --none, and stays', async () => {
  const command = await new RunningCommand(['start', '--none'], { env, home: homeWith(three) }).online()
  expect(command.edge.requests).toEqual([])
  expect(command.edge.session.state).toBe('online')
})

it('hands over every key of an endpoint', async () => {
  const text = `version: 3
endpoints:
  - name: web
    url: [https://web.example.com]
    description: my site
    metadata: '{"id":"x"}'
    bindings: [internal]
    pooling_enabled: true
    traffic_policy: { on_http_request: [{ actions: [{ type: deny }] }] }
    upstream: { url: 'https://localhost:8443', protocol: http2, proxy_protocol: 2 }
`
  expect(await bound(text, ['web'])).toEqual([
    {
      protocol: 'https',
      name: 'web',
      url: 'https://web.example.com',
      description: 'my site',
      metadata: '{"id":"x"}',
      bindings: ['internal'],
      poolingEnabled: true,
      trafficPolicy: '{"on_http_request":[{"actions":[{"type":"deny"}]}]}',
      upstream: { url: 'https://localhost:8443', protocol: 'http2', proxyProtocol: 2 },
    },
  ])
})

it.each([
  ['{ proto: http, addr: 80 }', [{ protocol: 'https', url: 'https://' }]],
  ['{ proto: http, addr: 80, schemes: [http] }', [{ protocol: 'http', url: 'http://' }]],
  [
    '{ proto: http, addr: 80, domain: a.example, schemes: [http, https] }',
    [
      { name: 'it', url: 'https://a.example' },
      { name: 'it (http)', url: 'http://a.example' },
    ],
  ],
  ['{ proto: http, addr: 80, url: "http://a.example", schemes: [https] }', [{ url: 'http://a.example' }]],
  ['{ proto: http, addr: 80, hostname: a.example }', [{ url: 'https://a.example' }]],
  ['{ proto: http, addr: 80, host_header: rewrite }', [{ hostHeader: 'rewrite' }]],
  ['{ proto: http, addr: 80, metadata: m, proxy_proto: "1" }', [{ metadata: 'm', upstream: { proxyProtocol: 1 } }]],
  [
    '{ proto: http, addr: 80, policy: { inbound: [{type: deny}] } }',
    [{ trafficPolicy: '{"inbound":[{"type":"deny"}]}' }],
  ],
  ['{ proto: tcp, addr: 22, remote_addr: "1.tcp.example:12345" }', [{ url: 'tcp://1.tcp.example:12345' }]],
  ['{ proto: tls, addr: 443, domain: a.example }', [{ protocol: 'tls', url: 'tls://a.example' }]],
  ['{ proto: tls, addr: 80, domain: a.example, terminate_at: edge }', [{ tlsTermination: { minVersion: '1.2' } }]],
  ['{ labels: [app=web, dc=eu], addr: 8000 }', [{ protocol: '', labels: ['app=web', 'dc=eu'] }]],
])('starts the tunnel %s', async (definition, requests) => {
  expect(await bound(`version: 2\ntunnels: { it: ${definition} }\n`, ['it'])).toMatchObject(requests)
})

it('has both schemes for a tunnel of a file without version, as ngrok 2 had', async () => {
  const text = 'tunnels: { it: { proto: http, addr: 80, hostname: a.example } }\n'
  const command = await new RunningCommand(['start', 'it'], { env, home: homeWith(text) }).online()
  expect(command.edge.requests.map(({ name, url }) => [name, url])).toEqual([
    ['it', 'https://a.example'],
    ['it (http)', 'http://a.example'],
  ])
  expect(command.stderr.text).toContain('`tunnel config upgrade` brings it up to date')
})

it('gives each of several tunnels with both schemes its own host twice', async () => {
  const both = (name: string): string => `  ${name}: { proto: http, addr: 80 }\n`
  const asked = await bound(`tunnels:\n${both('a')}${both('b')}`, ['--all'])
  expect(asked.map(({ name, url }) => [name, url])).toEqual([
    ['a', 'https://'],
    ['a (http)', 'http://random1.tunnel.example'],
    ['b', 'https://'],
    ['b (http)', 'http://random2.tunnel.example'],
  ])
})

it('names the endpoint that the edge refuses', async () => {
  const command = new RunningCommand(['start', '--all'], { env, home: homeWith(three) })
  command.edge.refuse = ({ name }) => (name === 'ssh' ? new TunnelError(334, 'it is online already') : undefined)
  expect(await command.exitCode).toBe(1)
  expect(command.stderr.lines).toEqual([
    'ERROR:  endpoint "ssh": it is online already',
    'ERROR:  ',
    'ERROR:  ERR_TUNNEL_334',
  ])
})

it.each([
  ['{ proto: tcp, addr: 80, websocket_tcp_converter: true }', 'websocket_tcp_converter'],
  ['{ proto: tcp, addr: 80, mutual_tls_cas: ca.pem }', 'mutual_tls_cas'],
])('refuses %s instead of leaving a key out', async (definition, key) => {
  const home = homeWith(`version: 2\ntunnels: { it: ${definition} }\n`)
  const { exitCode, stderr, command } = await run(['start', 'it'], { env, home })
  expect(exitCode).toBe(1)
  expect(stderr).toContain(`ERROR:  endpoint "it": ${key} is not supported yet: `)
  expect(command.edge.sessions).toEqual([])
})

it('refuses a key of an endpoint that is not carried out', async () => {
  const tls = '{ server_certificate: c, server_private_key: k, max_version: "1.2" }'
  const endpoint = `{ name: it, url: "tls://a.example", upstream: { url: 1 }, agent_tls_termination: ${tls} }`
  const { stderr } = await run(['start', 'it'], { env, home: homeWith(`version: 3\nendpoints: [${endpoint}]\n`) })
  expect(stderr).toBe(
    'ERROR:  endpoint "it": max_version is not supported yet: only the oldest version of visitors can be chosen\n',
  )
})

it('says which names there are', async () => {
  const home = homeWith(three)
  const { exitCode, stderr, command } = await run(['start', 'wbe', 'web', 'nope'], { env, home })
  expect(exitCode).toBe(1)
  expect(stderr).toBe(
    `ERROR:  there is no endpoint "wbe", "nope" in ${home}/.config/tunnel/tunnel.yml\nERROR:  Defined are: web, ssh, old\n`,
  )
  expect(command.edge.sessions).toEqual([])
})

it.each([
  [[], 'start needs the names of endpoints, or --all, or --none; for example tunnel start web'],
  [['web', '--all'], 'names, --all and --none exclude each other: give one of them'],
  [['--all', '--none'], 'names, --all and --none exclude each other: give one of them'],
])('refuses start %j', async (argv, message) => {
  const { exitCode, stderr } = await run(['start', ...argv], { env, home: homeWith(three) })
  expect(exitCode).toBe(1)
  expect(stderr).toBe(`ERROR:  ${message}\n`)
})

it.each([
  ['--all', '; --none runs without any'],
  ['web', ''],
])('says that nothing is defined: start %s', async (argument, more) => {
  const home = homeWith('version: 3\n')
  const { exitCode, stderr } = await run(['start', argument], { env, home })
  expect(exitCode).toBe(1)
  expect(stderr).toBe(`ERROR:  ${home}/.config/tunnel/tunnel.yml defines no endpoints${more}\n`)
  const without = await run(['start', argument], { env })
  expect(without.stderr).toContain('there is no configuration file that defines endpoints')
})

it('merges the files of --config, the later over the earlier', async () => {
  const home = homeWith('version: 2\nauthtoken: first\nmetadata: of the first\n', 'a.yml')
  writeFileSync(join(home, 'b.yml'), 'version: 2\nauthtoken: second\ntunnels: { demo: { proto: http, addr: 80 } }\n')
  const argv = [
    'start',
    '--config',
    `${join(home, 'a.yml')},${join(home, 'b.yml')}`,
    'demo',
    '--connect',
    'tunnel://e:443',
  ]
  const command = await new RunningCommand(argv, { env: { TUNNEL_AUTHTOKEN: 'third' }, home }).online()
  expect(command.edge.session.options).toMatchObject({ authtoken: 'third', metadata: 'of the first' })
  expect(command.edge.requests).toMatchObject([{ name: 'demo' }])
})

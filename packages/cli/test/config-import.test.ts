import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compilePolicy } from '@tunnel/traffic-policy'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { createHome, RunningCommand, run } from './run-command.ts'

const frpc = `serverAddr = "frps.example.com"
auth.token = "frp-secret"

[[proxies]]
name = "web"
type = "http"
localPort = 8080
customDomains = ["a.example.com"]
hostHeaderRewrite = "dev.local"
httpUser = "bob"
httpPassword = "bobpassword"

[[proxies]]
name = "ssh"
type = "tcp"
localPort = 22
remotePort = 6000
`

const cloudflared = `tunnel: 6ff42ae2-765d-4adf-8112-31c55c1551ef
ingress:
  - { hostname: app.example.com, path: '^/static/.*\\.(jpg|png)$', service: 'http://localhost:8001' }
  - { hostname: app.example.com, service: 'http://localhost:8000' }
  - { hostname: only.example.com, path: /api, service: 'http://localhost:8002' }
  - service: http_status:404
`

function homeWith(name: string, text: string): { home: string; file: string; own: string } {
  const home = createHome()
  const file = join(home, name)
  writeFileSync(file, text)
  return { home, file, own: join(home, '.config/tunnel/tunnel.yml') }
}

it('adds what it can to the configuration, and tells what it could not', async () => {
  const { home, file, own } = homeWith('frpc.toml', frpc)
  const { exitCode, stdout, stderr } = await run(['config', 'import', '--from', 'frp', file], { env: {}, home })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toBe(`Imported from ${file} to ${own}:
  web: http://a.example.com -> 127.0.0.1:8080
  ssh: tcp:// -> 127.0.0.1:22
Not carried over:
  serverAddr: it is of the frp server: pair with an edge by tunnel config add-server
  auth: it is of the frp server: pair with an edge by tunnel config add-server
  proxies[ssh].remotePort: the port is a random one now: reserve one and write url: tcp://EDGE:6000
`)
  expect(readFileSync(own, 'utf8')).not.toContain('frp-secret')
})

it('makes endpoints that start', async () => {
  const { home, file } = homeWith('frpc.toml', frpc)
  await run(['config', 'import', '--from', 'frp', file], { env: {}, home })
  const env = { TUNNEL_CONNECT: 'tunnel://t@edge.example:443' }
  const command = await new RunningCommand(['start', '--all'], { env, home }).online()
  expect(command.edge.requests).toMatchObject([
    { name: 'web', url: 'http://a.example.com', upstream: { url: 'http://127.0.0.1:8080' } },
    { name: 'ssh', protocol: 'tcp', upstream: { url: 'tcp://127.0.0.1:22' } },
  ])
})

it.each([
  ['frp', 'frpc.toml', frpc],
  ['cloudflared', 'config.yml', cloudflared],
])('makes traffic policies of %s that an edge takes', async (from, name, text) => {
  const { home, file, own } = homeWith(name, text)
  await run(['config', 'import', '--from', from, file], { env: {}, home })
  const { endpoints } = parse(readFileSync(own, 'utf8')) as { endpoints: { traffic_policy?: object }[] }
  const policies = endpoints.flatMap(({ traffic_policy }) => traffic_policy ?? [])
  expect(policies.length).toBeGreaterThan(0)
  for (const policy of policies) {
    expect(compilePolicy(JSON.stringify(policy), { protocol: 'https', endpoint: 'agent' })).toMatchObject({ ok: true })
  }
})

it('takes the file of ngrok as it is', async () => {
  const { home, file, own } = homeWith('ngrok.yml', 'authtoken: x\ntunnels: { a: { proto: tcp, addr: 22 } }\n')
  const { stdout } = await run(['config', 'import', '--from', 'ngrok', file], { env: {}, home })
  expect(stdout).toBe(`Imported from ${file} to ${own}:
  a: tcp:// -> 22
Not carried over:
  authtoken: it is of ngrok: pair with an edge by tunnel config add-server
`)
})

it('writes nothing with --dry-run', async () => {
  const { home, file, own } = homeWith('frpc.toml', '[[proxies]]\nname = "a"\ntype = "tcp"\nlocalPort = 1\n')
  const { stdout } = await run(['config', 'import', '--from', 'frp', file, '--dry-run'], { env: {}, home })
  expect(stdout).toBe(`+ version: 3
+ endpoints:
+   - name: a
+     url: tcp://
+     upstream:
+       url: 127.0.0.1:1
Would import from ${file} to ${own}:
  a: tcp:// -> 127.0.0.1:1
`)
  expect(existsSync(own)).toBe(false)
})

it.each([
  [[], 'import needs --from ngrok, frp or cloudflared'],
  [
    ['--from', 'bore'],
    "flag '--from <program>' argument 'bore' is invalid. Allowed choices are ngrok, frp, cloudflared.",
  ],
  [['--from', 'frp'], 'frpc.toml: not TOML: '],
])('refuses %j', async (argv, message) => {
  const { home, file } = homeWith('frpc.toml', 'a = = b')
  const { exitCode, stderr } = await run(['config', 'import', file, ...argv], { env: {}, home })
  expect(exitCode).toBe(1)
  expect(stderr).toContain(message)
})

import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { tlsFlags } from '../src/flags/tls-flags.ts'
import { RunningCommand, run } from './run-command.ts'

const directory = mkdtempSync(join(tmpdir(), 'tunnel-cli-tls-'))
afterAll(() => rmSync(directory, { recursive: true }))

const file = (name: string): string => join(directory, name)
const hasOpenssl = existsSync('/usr/bin/openssl')
if (hasOpenssl) {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file('key.pem')]
  const args = ['req', '-x509', ...key, '-subj', '/CN=app.tunnel.example', '-days', '2', '-out', file('crt.pem')]
  execFileSync('openssl', args, { stdio: 'pipe' })
}
writeFileSync(file('none.pem'), 'nothing')

const url = ['--url', 'tls://app.tunnel.example']

it.each([
  [
    [...url, '443'],
    {
      protocol: 'tls',
      url: 'tls://app.tunnel.example',
      name: 'command_line',
      upstream: { url: 'tcp://localhost:443' },
    },
  ],
  [['--url', 'app.tunnel.example', '1234'], { protocol: 'tls', url: 'tls://app.tunnel.example' }],
  [[...url, 'tls://localhost:443'], { upstream: { url: 'tls://localhost:443' } }],
  [[...url, '192.168.1.2:993', '--metadata', 'm'], { upstream: { url: 'tcp://192.168.1.2:993' }, metadata: 'm' }],
  [[...url, '80', '--upstream-proxy-protocol', '2'], { upstream: { url: 'tcp://localhost:80', proxyProtocol: 2 } }],
  [[...url, '80', '--terminate-at', 'edge'], { tlsTermination: { clientCas: [], minVersion: '1.2' } }],
  [[...url, '80', '--terminate-at=edge', '--tls-min-version', '1.3'], { tlsTermination: { minVersion: '1.3' } }],
])('tls %j asks for %o', async (argv, expected) => {
  const command = await new RunningCommand(['tls', ...argv]).online()
  expect(command.edge.requests).toHaveLength(1)
  expect(command.edge.requests[0]).toMatchObject(expected)
  expect(command.stderr.text).toBe('')
})

it('asks the edge to end TLS only when told to', async () => {
  const command = await new RunningCommand(['tls', ...url, '443']).online()
  expect(command.edge.requests[0]).not.toHaveProperty('tlsTermination')
})

it.skipIf(!hasOpenssl)('keeps the key of --crt in this process, unless TLS is to end at the edge', async () => {
  const pair = ['--crt', file('crt.pem'), '--key', file('key.pem')]
  const agent = await new RunningCommand(['tls', ...url, ...pair, '80']).online()
  expect(JSON.stringify(agent.edge.requests)).not.toContain('PRIVATE KEY')
  const edge = await new RunningCommand(['tls', ...url, ...pair, '--terminate-at', 'edge', '80']).online()
  expect(edge.edge.requests[0]?.tlsTermination?.privateKey).toContain('PRIVATE KEY')
})

it.each([
  [['--domain', 'app.tunnel.example'], 'tls://app.tunnel.example', '--domain is deprecated: use --url tls://HOST'],
  [['--hostname', 'app.tunnel.example'], 'tls://app.tunnel.example', '--hostname is deprecated: use --url tls://HOST'],
  [['--subdomain', 'app'], 'tls://app.tunnel.example', '--subdomain is deprecated: use --url tls://LABEL.DOMAIN'],
])('takes %j, with a warning', async (argv, address, warning) => {
  const command = await new RunningCommand(['tls', ...argv, '443']).online()
  expect(command.edge.requests.at(-1)).toMatchObject({ protocol: 'tls', url: address })
  expect(command.stderr.text).toBe(`WARN:   ${warning}\n`)
})

it.each([[[]], [['--url', 'tls://']]])('warns that no certificate is for a random address: %j', async (argv) => {
  const command = await new RunningCommand(['tls', ...argv, '443']).online()
  expect(command.edge.requests[0]).toMatchObject({ url: 'tls://' })
  expect(command.stderr.text).toBe(
    'WARN:   without --url the address is a random one, which no certificate of yours is for\n',
  )
})

it("does not warn of a random address whose certificate is the edge's", async () => {
  const command = await new RunningCommand(['tls', '--terminate-at', 'edge', '80']).online()
  expect(command.stderr.text).toBe('')
})

it.each([
  [[], 'tls needs the address or port to forward to; for example tunnel tls 443'],
  [['--url', 'https://x', '443'], '--url has the scheme "https": tunnel tls does not take it; use tunnel http'],
  [[...url, '--crt', 'a.crt', '443'], '--crt needs --key beside it'],
  [[...url, '--key', 'a.key', '443'], '--key needs --crt beside it'],
  [[...url, '--crt', 'a', '--cert', 'a', '--key', 'b', '443'], '--crt and --cert are the same: give one'],
  [[...url, '--terminate-at', 'moon', '443'], "flag '--terminate-at <place>' argument 'moon' is invalid"],
  [[...url, '--tls-min-version', '1.1', '443'], "flag '--tls-min-version <version>' argument '1.1' is invalid"],
  [
    [...url, '--mutual-tls-cas', 'ca.pem', '443'],
    'mutual_tls_cas and TLS that ends at the upstream exclude each other',
  ],
  [[...url, '--terminate-at', 'agent', '443'], 'TLS that ends in the agent needs crt and key'],
  [
    [...url, '--crt', file('gone.pem'), '--key', file('gone.pem'), '443'],
    `file ${file('gone.pem')} cannot be read: ENOENT`,
  ],
  [
    [...url, '--crt', file('none.pem'), '--key', file('none.pem'), '443'],
    `${file('none.pem')}: not a certificate in PEM`,
  ],
])('refuses tls %j', async (argv, message) => {
  const { exitCode, stderr } = await run(['tls', ...argv])
  expect(exitCode).toBe(1)
  expect(stderr.split('\n').find((line) => line.startsWith('ERROR:  '))).toContain(`ERROR:  ${message}`)
})

it.each(tlsFlags.filter(({ standing }) => standing?.kind === 'later'))(
  'refuses --$name instead of ignoring it',
  async ({ name }) => {
    const { exitCode, stderr } = await run(['tls', '443', `--${name}=p4ssword`])
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`--${name}`)
    expect(stderr).toMatch(/is not supported yet\n$/)
  },
)

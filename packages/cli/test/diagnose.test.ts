import { once } from 'node:events'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createHome, run } from './run-command.ts'

// What is tested on the way, and how, is shown by the tests of agent-core; whole programs by the end-to-end tests.

/** Where somebody listens who is no edge: they end every connection. */
async function strangerPort(): Promise<number> {
  const server = createServer((socket) => socket.end())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as { port: number }).port
}

const connectTo = (port: number): string => `tunnel://secret-token@127.0.0.1:${port}?ca=sha256:${'ab'.repeat(32)}`

it('shows what it tried, what went wrong and what to do, and ends with 1', async () => {
  const port = await strangerPort()
  const { exitCode, stdout, stderr } = await run(['diagnose'], { env: { TUNNEL_CONNECT: connectTo(port) } })
  expect(exitCode).toBe(1)
  expect(stdout.split('\n').slice(0, 12)).toEqual([
    'Testing tunnel connectivity...',
    '',
    'Localhost Connectivity',
    '  Name Resolution                           [ OK ]',
    `Edge Connectivity - 127.0.0.1:${port}`,
    '  Name Resolution                           [ OK ]',
    '  TCP                                       [ OK ]',
    '  TLS                                      [ ERR ]',
    '  Tunnel Protocol                           [ -- ]',
    '  WebSocket                                 [ -- ]',
    '  Clock                                     [ -- ]',
    '',
  ])
  expect(stdout).toContain('Errors and warnings encountered during diagnostics:')
  expect(stdout).toMatch(/• Err: .*\(ERR_TUNNEL_8002\)\n +Is the edge running/)
  expect(stderr).toMatch(/^ERROR: {2}Error establishing a connection: .*\(ERR_TUNNEL_8002\)\n$/)
  expect(stdout + stderr).not.toContain('secret-token')
})

it('says more with --verbose', async () => {
  const env = { TUNNEL_CONNECT: connectTo(await strangerPort()) }
  const { stdout } = await run(['diagnose', '--verbose'], { env })
  expect(stdout).toContain('    127.0.0.1 is an address\n')
  expect(stdout).toMatch(/ {4}took \d+ ms\n/)
})

it('prints the report alone with --json, and no secret', async () => {
  const home = createHome()
  mkdirSync(join(home, '.config/tunnel'), { recursive: true })
  const port = await strangerPort()
  const settings = `{ authtoken: my-secret, connect_url: "127.0.0.1:${port}", crl_noverify: true, dns_over_https_urls: ["https://u:my-secret@9.9.9.9/q?k=my-secret"] }`
  writeFileSync(join(home, '.config/tunnel/tunnel.yml'), `version: 3\nagent: ${settings}\n`)
  const { exitCode, stdout } = await run(['diagnose', '--json', '-4', '-6', 'true'], { env: {}, home })
  expect(exitCode).toBe(1)
  expect(stdout).not.toContain('my-secret')
  expect(JSON.parse(stdout)).toMatchObject({
    writtenAt: '2026-11-21T09:06:27.000Z',
    version: '0.1.0',
    settings: { hasAuthtoken: true, connectUrls: [`127.0.0.1:${port}`] },
    ok: false,
    sections: [
      { title: 'Localhost Connectivity' },
      {
        tests: [
          { name: 'Name Resolution', state: 'ok' },
          { name: 'TCP over IPv4', state: 'ok' },
          { name: 'TCP over IPv6', state: 'skipped', details: ['127.0.0.1 has no address of IPv6'] },
          { name: 'TCP', state: 'ok' },
          { name: 'TLS', state: 'error' },
          { state: 'skipped' },
          { state: 'skipped' },
          { state: 'skipped' },
        ],
      },
    ],
  })
})

it.each([
  [['--write-report', 'PATH/report.json'], 'report.json'],
  [['-w', 'PATH/report.json'], 'report.json'],
  [['-r', 'all'], 'diagnose.json'],
])('writes the report for %j, for its owner alone', async (flags, name) => {
  const home = createHome()
  const argv = ['diagnose', ...flags.map((flag) => flag.replace('PATH', home))]
  const { stdout } = await run(argv, { env: { TUNNEL_CONNECT: connectTo(await strangerPort()) }, home })
  const path = join(home, name)
  expect(stdout).toContain(`Report written to ${path}\n`)
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ ok: false })
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

it.each([
  [[], ['localhost']],
  [
    ['-r', 'all'],
    ['localhost', '127.0.0.1'],
  ],
  [
    ['-r', 'auto'],
    ['localhost', '127.0.0.1'],
  ],
  [['-r', '127.0.0.1'], ['127.0.0.1']],
])('tests with %j the edges of a file with a region: %j', async (flags, hosts) => {
  const home = createHome()
  mkdirSync(join(home, '.config/tunnel'), { recursive: true })
  const port = await strangerPort()
  const settings = `{ region: localhost, connect_urls: ["localhost:${port}", "127.0.0.1:${port}"] }`
  writeFileSync(join(home, '.config/tunnel/tunnel.yml'), `version: 3\nagent: ${settings}\n`)
  const { stdout } = await run(['diagnose', ...flags], { env: {}, home })
  const tested = [...stdout.matchAll(/^Edge Connectivity - (.*):\d+$/gm)].map(([, host]) => host)
  expect(tested).toEqual(hosts)
})

it('says that the report cannot be written', async () => {
  const env = { TUNNEL_CONNECT: connectTo(await strangerPort()) }
  const { exitCode, stderr } = await run(['diagnose', '-w', '/nowhere/report.json'], { env })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('the report cannot be written to /nowhere/report.json: ENOENT')
})

it('tries the internet only where it is told to', async () => {
  const env = { TUNNEL_CONNECT: connectTo(await strangerPort()) }
  const { stdout } = await run(['diagnose', '--internet', `127.0.0.1:${await strangerPort()}`], { env })
  expect(stdout).toContain('Internet Connectivity\n  TCP                                       [ OK ]\n')
})

it.each([
  [['diagnose', 'now'], 'diagnose takes no argument, and there is "now"'],
  [['diagnose', '--internet', 'a:b:c'], '--internet is host or host:port, not "a:b:c"'],
])('refuses %j', async (argv, message) => {
  const { exitCode, stderr } = await run(argv)
  expect(exitCode).toBe(1)
  expect(stderr).toContain(message)
})

it('needs an edge to test the way to', async () => {
  const { exitCode, stderr } = await run(['diagnose'], { env: {} })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('there is no edge to connect to')
})

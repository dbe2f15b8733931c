import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TunnelError } from '@tunnel/agent-core'
import { expect, it } from 'vitest'
import { CONNECT, createHome, RunningCommand, run, TOKEN } from './run-command.ts'

const time = /2026-11-2[0-2]T\d\d:\d\d:27[+-]\d\d:\d\d/

it('writes logfmt to stdout in place of the status lines', async () => {
  const command = new RunningCommand(['http', '8080', '--name', 'web', '--log=stdout'])
  await command.stdout.until('started tunnel')
  expect(command.stdout.lines.map((line) => line.replace(time, 'TIME'))).toEqual([
    't=TIME lvl=info msg="no configuration paths supplied"',
    't=TIME lvl=info msg="client session established" obj=tunnels.session',
    't=TIME lvl=info msg="tunnel session started" obj=tunnels.session',
    't=TIME lvl=info msg="started tunnel" obj=tunnels name=web addr=http://localhost:8080 url=https://random1.tunnel.example',
  ])
})

it.each([[[]], [['--log-format=term']]])(
  'writes logfmt where stdout is no terminal and nothing is said of a log: %j',
  async (flags) => {
    const command = new RunningCommand(['http', '8080', ...flags], { isTTY: false })
    await command.stdout.until('started tunnel')
    expect(command.stdout.lines.at(-1)).toMatch(
      / lvl=info msg="started tunnel" .* url=https:\/\/random1.tunnel.example$/,
    )
  },
)

it.each([['--log=false'], ['--log=']])('writes nothing with %s', async (flag) => {
  const command = new RunningCommand(['http', '8080', flag], { isTTY: false, withParent: true })
  await expect.poll(() => command.messages).toHaveLength(1)
  command.signal('SIGTERM')
  expect(await command.exitCode).toBe(0)
  expect(command.stdout.text + command.stderr.text).toBe('')
})

it.each(['NO_COLOR', 'TERM'])('has no colours on a terminal where %s says so', async (name) => {
  const env = { TUNNEL_CONNECT: CONNECT, TERM: 'xterm', [name]: 'dumb' }
  const command = new RunningCommand(['http', '8080', '--log=stdout'], { env })
  await command.stdout.until('started tunnel')
  expect(command.stdout.text).not.toContain('\x1b')
})

it('lets nothing into a JSON line that a terminal would obey', async () => {
  const command = new RunningCommand(['http', '80', '--log=stdout', '--log-format=json'])
  await command.stdout.until('started tunnel')
  command.edge.session.lose(new TunnelError(810, 'a\x1b[2J\x9b2J\u202eb', { retryable: true }))
  const line = command.stdout.lines.at(-1) ?? ''
  expect(line).toMatch(/^[\x20-\x7e]+$/)
  expect(JSON.parse(line)).toMatchObject({ err: 'a\x1b[2J\x9b2J\u202eb' })
})

it('writes one JSON object a line', async () => {
  const command = new RunningCommand(['http', '8080', '--log', 'stderr', '--log-format', 'json'])
  await command.stderr.until('started tunnel')
  expect(command.stdout.text).toBe('')
  expect(JSON.parse(command.stderr.lines.at(-1) ?? '')).toEqual({
    t: expect.stringMatching(time),
    lvl: 'info',
    msg: 'started tunnel',
    obj: 'tunnels',
    name: 'command_line',
    addr: 'http://localhost:8080',
    url: 'https://random1.tunnel.example',
  })
})

it('writes for people where the output is a terminal', async () => {
  const env = { TUNNEL_CONNECT: CONNECT, TERM: 'xterm' }
  const command = new RunningCommand(['http', '8080', '--log', 'stdout'], { env })
  await command.stdout.until('started tunnel')
  expect(command.stdout.lines[0]?.replaceAll('\x1b', 'ESC')).toMatch(
    /^ESC\[32mINFOESC\[0m\[11-2[0-2]\|\d\d:\d\d:27\] no configuration paths supplied$/,
  )
})

it('appends to a file, beside the status lines', async () => {
  const path = join(createHome(), 'agent.log')
  for (const address of ['8081', '8082']) {
    const command = await new RunningCommand(['http', address, '--log', path]).online()
    command.signal('SIGTERM')
    expect(await command.exitCode).toBe(0)
  }
  const started = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.includes('started tunnel'))
  expect(started).toEqual([expect.stringContaining(':8081'), expect.stringContaining(':8082')])
})

it('refuses to start without the log that was asked for', async () => {
  const { exitCode, stderr, command } = await run(['http', '80', '--log', '/does/not/exist/agent.log'])
  expect(exitCode).toBe(1)
  expect(stderr).toBe('ERROR:  log file /does/not/exist/agent.log cannot be opened (ENOENT)\n')
  expect(command.edge.sessions).toEqual([])
})

it.each([
  ['debug', ['info', 'eror', 'dbug']],
  ['info', ['info', 'eror']],
  ['error', ['eror']],
  ['crit', []],
])('at level %s writes %j', async (level, levels) => {
  const path = join(createHome(), 'agent.log')
  const command = await new RunningCommand([
    'http',
    '80',
    '--log',
    path,
    '--log-level',
    level,
    '--log-format=json',
  ]).online()
  command.edge.session.lose(new TunnelError(810, 'gone', { retryable: true }))
  const records = readFileSync(path, 'utf8').split('\n').filter(Boolean)
  expect([...new Set(records.map((record) => JSON.parse(record).lvl))]).toEqual(levels)
})

it('tells of the life of a session in the words that other tools look for', async () => {
  const path = join(createHome(), 'agent.log')
  const argv = ['http', '80', '--log', path, '--log-level=debug', '--log-format=json']
  const command = await new RunningCommand(argv).online()
  const { session } = command.edge
  const error = new TunnelError(8002, 'no way', { retryable: true })
  session.lose(error, 500)
  session.lose(error, 1000)
  session.comeBack()
  const records = readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  expect(
    records.map(({ lvl, msg, secs, err }) => [lvl, msg, err ?? secs].filter((part) => part !== undefined)),
  ).toEqual([
    ['info', 'no configuration paths supplied'],
    ['info', 'client session established'],
    ['info', 'tunnel session started'],
    ['info', 'started tunnel'],
    ['eror', 'session closed, starting reconnect loop', 'no way'],
    ['dbug', 'sleep before reconnect', 0.5],
    ['eror', 'failed to reconnect session', 'no way'],
    ['dbug', 'sleep before reconnect', 1],
    ['info', 'client session established'],
    ['info', 'tunnel session started'],
    ['info', 'started tunnel'],
  ])
})

it('names the configuration file', async () => {
  const home = createHome()
  await run(['config', 'add-server', CONNECT], { env: {}, home })
  const path = join(home, '.config/tunnel/tunnel.yml')
  const byDefault = new RunningCommand(['http', '80', '--log=stdout'], { env: {}, home })
  await byDefault.stdout.until('started tunnel')
  expect(byDefault.stdout.text).toContain(`msg="using configuration at default config path" path=${path}\n`)
  const named = new RunningCommand(['http', '80', '--log=stdout', '--config', path], { env: {} })
  await named.stdout.until('started tunnel')
  expect(named.stdout.text).toContain(`msg="open config file" path=${path}\n`)
})

it('logs that the edge took an endpoint, and what ended the session', async () => {
  const command = new RunningCommand(['http', '80', '--scheme=http,https', '--log=stdout'], { withParent: true })
  await expect.poll(() => command.messages.length).toBe(1)
  command.edge.session.take('http://random1.tunnel.example', new TunnelError(300, 'stopped by an operator'))
  command.edge.session.end(new TunnelError(300, 'revoked'))
  expect(await command.exitCode).toBe(1)
  expect(command.stdout.lines.slice(-2).map((line) => line.replace(time, 'TIME'))).toEqual([
    't=TIME lvl=eror msg="tunnel closed" obj=tunnels url=http://random1.tunnel.example err="stopped by an operator" code=ERR_TUNNEL_300',
    't=TIME lvl=eror msg="session closed" obj=tunnels.session err=revoked code=ERR_TUNNEL_300',
  ])
})

it('logs why the edge refused it', async () => {
  const command = new RunningCommand(['http', '80', '--log=stdout'])
  command.edge.answer = new TunnelError(107, 'this authtoken is not known here')
  expect(await command.exitCode).toBe(1)
  expect(command.stdout.lines.at(-1)).toContain(
    'lvl=eror msg="failed to auth" obj=tunnels.session err="this authtoken is not known here" code=ERR_TUNNEL_107',
  )
})

it.each([
  [`console_ui: false`, 't='],
  [`console_ui: false\n  log: "false"`, ''],
  [`log: stdout`, 't='],
  [`log: "false"`, 'Session Status'],
])('with the setting %j stdout starts with %j', async (setting, start) => {
  const home = createHome()
  mkdirSync(join(home, '.config/tunnel'), { recursive: true })
  writeFileSync(join(home, '.config/tunnel/tunnel.yml'), `version: 3\nagent:\n  connect_url: e:443\n  ${setting}\n`)
  const command = new RunningCommand(['http', '80'], { env: {}, home, withParent: true })
  await expect.poll(() => command.messages.length).toBe(1)
  expect(command.stdout.text.slice(0, start.length || undefined)).toBe(start)
})

it('never writes a credential', async () => {
  const path = join(createHome(), 'agent.log')
  const command = await new RunningCommand([
    ...['http', '80', '--log', path, '--log-level=debug', '--log-format=json'],
    ...['--authtoken', 'flag-token', '--connect', CONNECT],
  ]).online()
  command.edge.session.lose(new TunnelError(810, 'gone', { retryable: true }))
  const everything = readFileSync(path, 'utf8') + command.stdout.text + command.stderr.text
  expect(everything).toContain('started tunnel')
  expect(everything).not.toContain(TOKEN)
  expect(everything).not.toContain('flag-token')
})

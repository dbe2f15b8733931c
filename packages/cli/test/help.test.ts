import { expect, it } from 'vitest'
import { run } from './run-command.ts'

it.each([
  ['tunnel', []],
  ['tunnel http', ['http', '--help']],
  ['tunnel tcp', ['tcp', '-h']],
  ['tunnel tls', ['tls', '-h']],
  ['tunnel config', ['config']],
  ['tunnel config add-server', ['help', 'config', 'add-server']],
])('%s: help', async (_name, argv) => {
  const { exitCode, stdout, stderr } = await run(argv)
  expect(exitCode).toBe(0)
  expect(stderr).toBe('')
  expect(stdout).toMatchSnapshot()
})

it.each([
  [['help'], []],
  [['--help'], []],
  [['-h'], []],
  [
    ['help', 'http'],
    ['http', '-h'],
  ],
  [
    ['help', 'config', 'add-server-addr'],
    ['config', 'add-connect-url', '--help'],
  ],
])('%j shows the same as %j', async (one, other) => {
  const [first, second] = [await run(one), await run(other)]
  expect(first.exitCode).toBe(0)
  expect(first.stdout).toBe(second.stdout)
})

it.each([[['version']], [['--version']], [['-v']]])('%j prints the version', async (argv) => {
  expect(await run(argv)).toMatchObject({ exitCode: 0, stdout: 'tunnel version 0.1.0\n', stderr: '' })
})

it.each(['domain', 'hostname', 'subdomain', 'scheme <', 'region', 'basic-auth', 'inspect'])(
  'does not list --%s',
  async (name) => {
    const { stdout } = await run(['http', '--help'])
    expect(stdout).not.toContain(`--${name}`)
  },
)

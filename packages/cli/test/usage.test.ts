import { expect, it } from 'vitest'
import { httpFlags } from '../src/flags/http-flags.ts'
import { tcpFlags } from '../src/flags/tcp-flags.ts'
import { run } from './run-command.ts'

it.each([
  [['htp', '80'], "unknown command 'htp'; did you mean http?"],
  [['config', 'chek'], "unknown command 'chek'; did you mean check?"],
  [['frobnicate'], "unknown command 'frobnicate'; see tunnel help"],
  [['help', 'config', 'nope'], 'there is no command "nope"; see tunnel help'],
  [['http'], 'http needs the address or port to forward to; for example tunnel http 8080'],
  [['tcp'], 'tcp needs the address or port to forward to; for example tunnel tcp 22'],
  [['http', '80', '90'], 'http takes one address or port and was given 2: "80", "90"; for example tunnel http 8080'],
  [
    ['http', '80', '--upstream-proxy-protocol', '3'],
    "flag '--upstream-proxy-protocol <version>' argument '3' is invalid. Allowed choices are 1, 2.",
  ],
  [
    ['http', '80', '--upstream-protocol', 'grpc'],
    "flag '--upstream-protocol <protocol>' argument 'grpc' is invalid. Allowed choices are http1, http2.",
  ],
  [['http', '--urll', 'x', '80'], "unknown flag '--urll'; did you mean --url?"],
  [['http', '80', '--url'], "flag '--url <url>' argument missing"],
  [['http', '80', '--pooling-enabled=maybe'], '--pooling-enabled is true or false, not "maybe"'],
  [
    ['http', '80', '--log-level', 'loud'],
    "flag '--log-level <level>' argument 'loud' is invalid. Allowed choices are debug, info, warn, error, crit.",
  ],
  [['http', '80', '--config', 'a.yml', '--config', 'b.yml'], 'a.yml: there is no such file'],
  [['--config', 'a.yml', 'http', '80', '--config', 'b.yml'], 'a.yml: there is no such file'],
  [
    ['http', '-subdomain=x', '80'],
    '-subdomain: flags with long names start with two hyphens, and this one is now --url https://NAME.DOMAIN',
  ],
  [['http', '-inspect=false', '80'], '-inspect: flags with long names start with two hyphens: write --inspect'],
  [['-version'], '-version: flags with long names start with two hyphens: write --version'],
  [['-help'], '-help: flags with long names start with two hyphens: write --help'],
  [
    ['http', '-frob', '80'],
    '-frob: flags with long names start with two hyphens: --frob is none either; see tunnel help',
  ],
  [['http', '--bind-tls=both', '80'], 'unknown flag --bind-tls: it is now --scheme: http, https or http,https'],
  [['http', '--verify-upstream-tls', '80'], 'unknown flag --verify-upstream-tls: it is now --upstream-tls-verify'],
  [['config', 'add-authtoken'], "missing required argument 'token'"],
  [['config', 'add-authtoken', 'a', 'b'], "too many arguments for 'add-authtoken'. Expected 1 argument but got 2."],
])('refuses %j', async (argv, message) => {
  const { exitCode, stdout, stderr, command } = await run(argv)
  expect(stderr).toBe(`ERROR:  ${message}\n`)
  expect(exitCode).toBe(1)
  expect(stdout).toBe('')
  expect(command.edge.sessions).toEqual([])
})

const later = [
  ...httpFlags.map((flag) => ({ command: 'http', ...flag })),
  ...tcpFlags.map((flag) => ({ command: 'tcp', ...flag })),
].filter(({ standing }) => standing?.kind === 'later')

it.each(later)(
  '$command refuses --$name instead of ignoring it, and keeps its value to itself',
  async ({ command, name, value }) => {
    const flag = value === undefined ? `--${name}` : `--${name}=p4ssword`
    const { exitCode, stderr } = await run([command, '80', flag])
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^ERROR: {2}--[a-z-]+( "p4ssword")? is not supported yet\n$/)
    expect(stderr).toContain(`--${name}`)
    expect(stderr.includes('p4ssword')).toBe(/protocol$/.test(name))
  },
)

it('never repeats the value of a flag that it does not know', async () => {
  for (const flag of ['-authtoken=p4ssword', '--auth=p4ssword', '-auth=p4ssword']) {
    const { exitCode, stderr } = await run(['http', '80', flag])
    expect(exitCode).toBe(1)
    expect(stderr).not.toContain('p4ssword')
  }
})

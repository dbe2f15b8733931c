import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { agentConfigJsonSchema } from '@tunnel/agent-config'
import { expect, it } from 'vitest'
import { CONNECT, createHome, run, TOKEN } from './run-command.ts'

const place = (home: string): string => join(home, '.config/tunnel/tunnel.yml')

it.each([[['config', 'add-authtoken', 'tok_1']], [['authtoken', 'tok_1']]])('%j saves the authtoken', async (argv) => {
  const home = createHome()
  const { exitCode, stdout, stderr } = await run(argv, { env: {}, home })
  expect(stderr).toBe('')
  expect(exitCode).toBe(0)
  expect(stdout).toBe(`Authtoken saved to configuration file: ${place(home)}\n`)
  expect(readFileSync(place(home), 'utf8')).toBe('version: 3\nagent:\n  authtoken: tok_1\n')
})

it('saves the key of the API', async () => {
  const home = createHome()
  const { exitCode, stdout } = await run(['config', 'add-api-key', 'key_1'], { env: {}, home })
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `API key saved to configuration file: ${place(home)}\n` })
  expect(readFileSync(place(home), 'utf8')).toBe('version: 3\nagent:\n  api_key: key_1\n')
})

it('pairs with the edge of a connection string', async () => {
  const home = createHome()
  const { exitCode, stdout } = await run(['config', 'add-server', CONNECT], { env: {}, home })
  expect(exitCode).toBe(0)
  expect(stdout).toBe(`Edge edge.example:443 saved to configuration file: ${place(home)}\n`)
  expect(readFileSync(place(home), 'utf8')).toBe(
    `version: 3\nagent:\n  connect_url: edge.example:443\n  connect_cas: sha256:${'ab'.repeat(32)}\n  authtoken: ${TOKEN}\n`,
  )
})

it.each([
  ['tunnel://edge.example', 'connect_url: edge.example:443\n'],
  ['tunnel://[::1]:4443', 'connect_url: "[::1]:4443"\n'],
  [' tunnel://a%2Bb@edge.example:1\n', 'connect_url: edge.example:1\n  authtoken: a+b\n'],
])('understands the connection string %j', async (text, settings) => {
  const home = createHome()
  expect((await run(['config', 'add-server', text], { env: {}, home })).stderr).toBe('')
  expect(readFileSync(place(home), 'utf8')).toBe(`version: 3\nagent:\n  ${settings}`)
})

it.each([['add-connect-url'], ['add-server-addr']])('config %s saves the address and leaves the rest', async (name) => {
  const home = createHome()
  await run(['authtoken', 'tok_1'], { env: {}, home })
  const { exitCode, stdout } = await run(['config', name, 'edge.example:443'], { env: {}, home })
  expect(exitCode).toBe(0)
  expect(stdout).toBe(`Connect URL saved to configuration file: ${place(home)}\n`)
  expect(readFileSync(place(home), 'utf8')).toBe(
    'version: 3\nagent:\n  authtoken: tok_1\n  connect_url: edge.example:443\n',
  )
})

it.each([
  ['edge.example:443', 'connection string does not start with tunnel://'],
  ['tunnel://', 'connection string has no host; expected tunnel://AUTHTOKEN@host:port?ca=sha256:HEX'],
  ['tunnel://x@edge.example:0', 'has port 0'],
  ['tunnel://x@edge.example?ca=sha256:abc', 'has ca=sha256:abc, expected sha256: and 64 hex digits'],
  ['tunnel://%zz@edge.example', 'broken percent-encoding'],
])('config add-server refuses %j with its code', async (argument, message) => {
  const home = createHome()
  const { exitCode, stdout, stderr } = await run(['config', 'add-server', argument], { env: {}, home })
  expect(exitCode).toBe(1)
  expect(stdout).toBe('')
  expect(stderr).toContain(message)
  expect(stderr).toMatch(/\nERROR: {2}\nERROR: {2}ERR_TUNNEL_9034\n$/)
  expect(existsSync(place(home))).toBe(false)
})

it.each([
  ['add-connect-url', 'edge.example', '"edge.example" is not host:port; for example edge.example.com:443'],
  ['add-connect-url', 'https://edge.example:443', 'is not host:port'],
  ['add-connect-url', 'edge.example:0', 'is not host:port'],
  ['add-connect-url', 'edge.example:65536', 'is not host:port'],
  ['add-connect-url', CONNECT, 'this is a connection string; save it with tunnel config add-server'],
  ['add-authtoken', CONNECT, 'this is a connection string; save it with tunnel config add-server'],
  ['add-authtoken', 'two words', 'authtoken must be one word'],
])('config %s refuses %j', async (name, argument, message) => {
  const home = createHome()
  const { exitCode, stdout, stderr } = await run(['config', name, argument], { env: {}, home })
  expect(exitCode).toBe(1)
  expect(stdout).toBe('')
  expect(stderr).toMatch(/^ERROR: {2}[^\n]*\n$/)
  expect(stderr).toContain(message)
  expect(existsSync(place(home))).toBe(false)
})

it.each([
  ['--config', (path: string) => ({ argv: ['--config', path], env: {} })],
  ['TUNNEL_CONFIG', (path: string) => ({ argv: [], env: { TUNNEL_CONFIG: path, NGROK_CONFIG: '/nowhere' } })],
  ['NGROK_CONFIG', (path: string) => ({ argv: [], env: { NGROK_CONFIG: path } })],
])('writes the file of %s', async (_name, from) => {
  const path = join(createHome(), 'sub/other.yml')
  const { argv, env } = from(path)
  const { stdout } = await run(['config', 'add-authtoken', 'tok_1', ...argv], { env })
  expect(stdout).toBe(`Authtoken saved to configuration file: ${path}\n`)
  expect(readFileSync(path, 'utf8')).toContain('tok_1')
})

it("warns when the new file takes the place of ngrok's", async () => {
  const home = createHome()
  const foreign = join(home, '.config/ngrok/ngrok.yml')
  mkdirSync(join(home, '.config/ngrok'), { recursive: true })
  writeFileSync(foreign, 'version: 3\n')
  const first = await run(['authtoken', 'tok_1'], { env: {}, home })
  expect(first.exitCode).toBe(0)
  expect(first.stderr).toMatch(/^WARN: {3}[^\n]*\n$/)
  expect(first.stderr).toContain(`${foreign} was read until now`)
  expect((await run(['authtoken', 'tok_2'], { env: {}, home })).stderr).toBe('')
  expect(readFileSync(foreign, 'utf8')).toBe('version: 3\n')
})

it('checks a file', async () => {
  const home = createHome()
  await run(['authtoken', 'tok_1'], { env: {}, home })
  const good = await run(['config', 'check'], { env: {}, home })
  expect(good).toMatchObject({ exitCode: 0, stdout: `Valid configuration file at ${place(home)}\n`, stderr: '' })

  writeFileSync(place(home), 'version: 3\nagnt: {}\n')
  const bad = await run(['config', 'check'], { env: {}, home })
  expect(bad).toMatchObject({ exitCode: 1, stdout: '' })
  expect(bad.stderr).toBe(`ERROR:  ${place(home)}:2:1: unknown key \`agnt\`; did you mean \`agent\`?\n`)
})

it('says where a file would be when there is none to check', async () => {
  const home = createHome()
  const { exitCode, stderr } = await run(['config', 'check'], { env: {}, home })
  expect(exitCode).toBe(1)
  expect(stderr).toBe(`ERROR:  there is no configuration file; it would be ${place(home)}\n`)
  const named = await run(['config', 'check', '--config', '/does/not/exist.yml'], { env: {}, home })
  expect(named.exitCode).toBe(1)
  expect(named.stderr).toBe('ERROR:  /does/not/exist.yml: there is no such file\n')
})

it('checks all files of a merge, and shows the faults of all', async () => {
  const [first, second] = ['a.yml', 'b.yml'].map((name) => join(createHome(), name)) as [string, string]
  writeFileSync(first, 'version: 3\n')
  writeFileSync(second, 'version: 3\n')
  const argv = ['config', 'check', '--config', first, '--config', second]
  expect((await run(argv, { env: {} })).stdout).toBe(
    `Valid configuration file at ${first}\nValid configuration file at ${second}\n`,
  )
  writeFileSync(first, 'version: 3\nx: 1\n')
  writeFileSync(second, 'version: 3\ny: 1\n')
  const { exitCode, stderr } = await run(argv, { env: {} })
  expect(exitCode).toBe(1)
  expect(stderr).toBe(`ERROR:  ${first}:2:1: unknown key \`x\`\nERROR:  ${second}:2:1: unknown key \`y\`\n`)
})

it.each(['add-authtoken', 'add-api-key', 'add-connect-url', 'edit', 'upgrade'])(
  'config %s writes one file',
  async (name) => {
    const argument = { edit: [], upgrade: [] }[name] ?? ['e:443']
    const { exitCode, stderr } = await run(['config', name, ...argument, '--config', 'a.yml,b.yml'], { env: {} })
    expect(exitCode).toBe(1)
    expect(stderr).toBe('ERROR:  --config names 2 files: name the one to write\n')
  },
)

it('prints the JSON Schema of the file', async () => {
  const { exitCode, stdout } = await run(['config', 'schema'], { env: {} })
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toEqual(agentConfigJsonSchema())
})

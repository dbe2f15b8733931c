import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CONNECT, createHome, RunningCommand, run } from './run-command.ts'

/**
 * The configuration files and the commands about them that the documents print which this system re-creates, by document and line.
 * Fragments have the head that their text tells to have, what stands for something of the reader's has an example's value.
 */
const directory = new URL('./seed-configs/', import.meta.url)
const files = readdirSync(directory).filter((name) => name.endsWith('.yml'))
const textOf = (name: string): string => readFileSync(new URL(name, directory), 'utf8')

const own = '.config/tunnel/tunnel.yml'
const ngroks = '.config/ngrok/ngrok.yml'

function homeWith(text: string, path = own): string {
  const home = createHome()
  mkdirSync(dirname(join(home, path)), { recursive: true })
  writeFileSync(join(home, path), text)
  return home
}

const env = { TUNNEL_CONNECT: CONNECT }
const authtoken = '4nq9771bPxe8ctg7LKr_2CIH7Y15Zqe4bWLWF9p'

/** Files whose policies `start` refuses, so that `config check` does. */
const refused: Readonly<Record<string, RegExp>> = {
  '000-quickstart.yml': /`oauth` is not supported yet/,
  '002-oauth.yml': /`oauth` is not supported yet/,
  '003-two-tunnels.yml': /endpoint "demo": .*password of 6 characters is not 8 to 128/s,
}

describe('the configuration file', () => {
  it.each(Object.entries(refused))('%s has a policy that is refused, and where is said', async (name, reason) => {
    const { exitCode, stderr } = await run(['config', 'check'], { env: {}, home: homeWith(textOf(name)) })
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(reason)
    expect(stderr).toMatch(/tunnel\.yml:\d+:\d+: /)
  })

  it.each(files.filter((name) => !(name in refused)))("%s is right, also where ngrok's lies", async (name) => {
    for (const path of [own, ngroks]) {
      const home = homeWith(textOf(name), path)
      const { exitCode, stdout } = await run(['config', 'check'], { env: {}, home })
      expect({ exitCode, stdout }).toEqual({
        exitCode: 0,
        stdout: `Valid configuration file at ${join(home, path)}\n`,
      })
    }
  })

  it.each(files)('%s is upgraded to the same meaning', async (name) => {
    const home = homeWith(textOf(name))
    expect((await run(['config', 'upgrade'], { env: {}, home })).exitCode).toBe(0)
    await expect(readFileSync(join(home, own), 'utf8')).toMatchFileSnapshot(`seed-configs/upgraded/${name}`)
    expect(await started(textOf(name))).toEqual(await started(readFileSync(join(home, own), 'utf8')))
  })
})

/** What the edge is asked for by `start --all`, or what the command says instead. */
async function started(text: string): Promise<unknown> {
  const home = homeWith(text)
  const command = new RunningCommand(['start', '--all'], { env, home })
  const ended = await Promise.race([command.online().then(() => undefined), command.exitCode])
  if (ended === undefined) return command.edge.requests
  // A file that is upgraded has other lines.
  return command.stderr.text
    .replaceAll(home, '')
    .replace(/\.yml:\d+:\d+/g, '.yml')
    .match(/^ERROR:.*$/gm)
}

const both = (name: string, address: string, more = {}) => [
  { name, url: `https://${address}`, ...more },
  { name: `${name} (http)`, url: expect.stringMatching(/^http:\/\/./), ...more },
]

describe('start --all of', () => {
  it.each<[string, object[]]>([
    ['002-basic.yml', [{ name: 'example', protocol: 'https', upstream: { url: 'http://localhost:8080' } }]],
    ['002-domain.yml', [{ url: 'https://example.ngrok.app' }]],
    ['002-custom-domain.yml', [{ url: 'https://app.example.com' }]],
    ['002-basic-auth.yml', [{ trafficPolicy: expect.stringMatching(/basic-auth.*username1:password1/s) }]],
    ['002-https-upstream.yml', [{ upstream: { url: 'https://localhost:8443' } }]],
    ['002-request-header.yml', [{ trafficPolicy: expect.stringMatching(/add-headers.*localhost/s) }]],
    ['002-non-local.yml', [{ upstream: { url: 'http://192.168.1.2:80' } }]],
    ['002-wildcard.yml', [{ url: 'https://*.example.com' }]],
    ['002-both-schemes.yml', both('example', '')],
    [
      '003-virtual-hosts.yml',
      [...both('app-foo', '', { hostHeader: 'app-foo.dev' }), ...both('app-bar', '', { hostHeader: 'app-bar.dev' })],
    ],
    [
      '003-own-certificate.yml',
      [
        { name: 'myapp-http', protocol: 'http', url: 'http://example.com' },
        { name: 'mypp-https', protocol: 'tls', url: 'tls://example.com' },
      ],
    ],
    ['003-inspector.yml', both('myapp-http', 'myapp-inspect.tunnel.example')],
    ['003-random-name.yml', both('webapp', '')],
    ['003-name-as-subdomain.yml', both('webapp', 'webapp.tunnel.example')],
  ])('%s puts its tunnels online', async (name, requests) => {
    const asked = (await started(textOf(name))) as { name?: string }[]
    // Whoever needs the base domain asks for a random name first.
    expect(asked.filter((request) => request.name !== undefined)).toMatchObject(requests)
  })

  it.each([...Object.entries(refused), ['003-all-options.yml', /endpoint "e2etls": |example\.crt/]])(
    '%s says what stands in the way',
    async (name, reason) => {
      expect(String(await started(textOf(name)))).toMatch(reason)
    },
  )
})

describe('seed 002 as it is printed', () => {
  it.each([
    [752, 'domain: *.example.com', 'put it in quotes'],
    [867, 'addr: "C:\\Users\\alan\\Directory Name"', 'single quotes'],
  ])('line %i is no YAML, and the error says how to write it', async (_line, printed, advice) => {
    const text = `version: "2"\ntunnels:\n  example:\n    proto: http\n    ${printed}\n`
    const { exitCode, stderr } = await run(['config', 'check'], { env: {}, home: homeWith(text) })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('tunnel.yml:5:')
    expect(stderr).toContain(advice)
  })
})

describe('the command', () => {
  it.each([
    ['000:173', ['config', 'add-authtoken', authtoken], `version: 3\nagent:\n  authtoken: ${authtoken}\n`],
    ['001:46', ['config', 'add-authtoken', 'TOKEN'], 'version: 3\nagent:\n  authtoken: TOKEN\n'],
    ['001:61', ['config', 'add-api-key', 'KEY'], 'version: 3\nagent:\n  api_key: KEY\n'],
    ['003:108', ['authtoken', authtoken], `version: 3\nagent:\n  authtoken: ${authtoken}\n`],
    ['004:36', ['config', 'add-authtoken', authtoken], `version: 3\nagent:\n  authtoken: ${authtoken}\n`],
  ])('of %s, %j, writes the file', async (_where, argv, text) => {
    const home = createHome()
    expect((await run(argv, { env: {}, home })).exitCode).toBe(0)
    expect(readFileSync(join(home, own), 'utf8')).toBe(text)
  })

  const some = (names: readonly string[]): string =>
    `version: 3\nendpoints:\n${names.map((name) => `  - { name: ${name}, upstream: { url: 80 } }\n`).join('')}`

  it.each([
    ['000:311', ['start', 'cli-quickstart'], ['cli-quickstart']],
    ['001:39', ['start', 'foo', 'bar', 'baz'], ['foo', 'bar', 'baz']],
    ['001:79', ['start', '--all'], ['a', 'b']],
    ['003:502', ['start', 'httpbin'], ['httpbin']],
    ['003:530', ['start', 'admin', 'ssh', 'metrics'], ['admin', 'ssh', 'metrics']],
    ['003:554', ['start', '--all'], ['a', 'b']],
    ['003:562', ['start', '--none'], []],
    ['004:156', ['start', '--all'], ['a', 'b']],
  ])('of %s, %j, puts %j online', async (_where, argv, names) => {
    const command = await new RunningCommand(argv, { env, home: homeWith(some(names)) }).online()
    expect(command.edge.requests.map(({ name }) => name)).toEqual(names)
  })

  it('of 000:281, config edit, opens the file with what add-authtoken wrote', async () => {
    const home = createHome()
    await run(['config', 'add-authtoken', authtoken], { env: {}, home })
    const editor = join(home, 'editor.sh')
    writeFileSync(editor, `cat >> "$1" <<'YAML'\n${some(['cli-quickstart']).replace('version: 3\n', '')}YAML\n`)
    const edit = { EDITOR: `sh ${editor}`, PATH: process.env.PATH ?? '' }
    expect((await run(['config', 'edit'], { env: edit, home })).exitCode).toBe(0)
    const command = await new RunningCommand(['start', 'cli-quickstart'], { env, home }).online()
    expect(command.edge.requests).toMatchObject([{ name: 'cli-quickstart' }])
  })

  it('of 003:460 merges two files, with two hyphens', async () => {
    const home = homeWith('authtoken: mine\n', 'ngrok.yml')
    const tunnels = 'tunnels: { demo: { proto: http, addr: 9090, bind_tls: true }, admin: { proto: tcp, addr: 22 } }\n'
    mkdirSync(join(home, 'projects/example'), { recursive: true })
    writeFileSync(join(home, 'projects/example/ngrok.yml'), tunnels)
    const configs = ['ngrok.yml', 'projects/example/ngrok.yml'].flatMap((name) => ['--config', join(home, name)])
    const command = await new RunningCommand(['start', ...configs, 'demo', 'admin'], { env, home }).online()
    expect(command.edge.requests.map(({ name }) => name)).toEqual(['demo', 'admin'])
  })
})

describe('a command of ngrok 2 with one hyphen says what to write', () => {
  it.each([
    [130, ['http', '-subdomain=inconshreveable', '80'], '--url https://NAME.DOMAIN'],
    [158, ['http', '-auth=username:password', '8080'], '--basic-auth'],
    [177, ['http', '-region=us', '-hostname=dev.example.com', '8000'], '--region'],
    [215, ['http', '-host-header=rewrite', 'site.dev:80'], '--host-header'],
    [255, ['http', '-bind-tls=false', 'site.dev:80'], '--scheme'],
    [273, ['http', '-inspect=false', '80'], '--inspect'],
    [291, ['tls', '-subdomain=encrypted', '443'], '--url tls://NAME.DOMAIN'],
    [325, ['tls', '-key', 'k', '-cert', 'c', '80'], '--key'],
    [325, ['tls', '-cert', 'c', '-key', 'k', '80'], '--crt'],
    [347, ['tls', '-client-cas', 'ca', '80'], '--mutual-tls-cas'],
    [391, ['tcp', '-remote-addr', '1.tcp.ngrok.io:20301', '22'], '--url tcp://HOST:PORT'],
    [452, ['http', '-config=/opt/ngrok/conf/ngrok.yml', '8000'], '--config'],
    [460, ['start', '-config', '~/ngrok.yml', 'demo', 'admin'], '--config'],
    [658, ['http', '-authtoken', 'secret', '80'], '--authtoken'],
    [665, ['http', '-log=stdout', '80'], '--log'],
  ])('003:%i %j: %s', async (_line, argv, instead) => {
    const { exitCode, stdout, stderr } = await run(argv, { env })
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toMatch(/^ERROR: {2}-[a-z-]+: flags with long names start with two hyphens/)
    expect(stderr).toContain(instead)
    expect(stderr).not.toMatch(/password|secret/)
  })
})

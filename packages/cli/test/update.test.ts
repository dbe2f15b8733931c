import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { CLI_VERSION } from '../src/index.ts'
import { CONNECT, RunningCommand, run } from './run-command.ts'

async function updateServer(handle: RequestListener): Promise<string> {
  const server = createServer(handle)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/dist-tags`
}

const answering = (document: unknown): Promise<string> =>
  updateServer((_request, response) => response.end(JSON.stringify(document)))

const update = (url: string, ...argv: string[]) => run(['update', ...argv], { env: { TUNNEL_UPDATE_URL: url } })

it.each([{ latest: '9.9.9' }, { 'dist-tags': { latest: '9.9.9' }, versions: {} }])(
  'finds a newer version in %j, and installs nothing',
  async (document) => {
    const { exitCode, stdout, stderr } = await update(await answering(document))
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(stdout).toContain(`Version 9.9.9 is available, this is ${CLI_VERSION}. Nothing was installed`)
    expect(stdout).toContain('npm install --global @tunnel/cli@9.9.9')
  },
)

it.each([CLI_VERSION, '0.0.1', `${CLI_VERSION}-rc.1`])('says that %s is nothing new', async (version) => {
  const { exitCode, stdout } = await update(await answering({ latest: version }))
  expect([exitCode, stdout]).toEqual([0, `tunnel ${CLI_VERSION} is the newest version of the channel stable\n`])
})

it('looks at the channel that it is told', async () => {
  const url = await answering({ latest: CLI_VERSION, beta: '9.9.9-beta.1' })
  expect((await update(url, '--channel', 'beta')).stdout).toContain('9.9.9-beta.1')
  expect((await update(url, '--channel=unstable')).stderr).toContain('it names no version of the channel unstable')
})

it.each<[string, RequestListener]>([
  ['it answered 503', (_request, response) => response.writeHead(503).end()],
  ['its answer is no JSON', (_request, response) => response.end('<html>')],
  ['it names no version of the channel stable', (_request, response) => response.end('{"latest":"soon"}')],
  ['it names no version of the channel stable', (_request, response) => response.end('null')],
  ['its answer is longer than 1048576 bytes', (_request, response) => response.end(`"${'x'.repeat(2_000_000)}"`)],
])('says why it cannot tell: %s', async (why, handle) => {
  const { exitCode, stdout, stderr } = await update(await updateServer(handle))
  expect([exitCode, stdout]).toEqual([1, ''])
  expect(stderr).toContain(why)
})

it.each([
  ['http://127.0.0.1:1/?key=hunter2', 'of http://127.0.0.1:1: '],
  ['http://user:hunter2@127.0.0.1:1/', 'of http://127.0.0.1:1: user and password in a URL are not supported'],
  ['//hunter2', 'of the configured URL: it is not a URL'],
])('says that nobody answers at %s, without a secret', async (url, why) => {
  const { exitCode, stderr } = await update(url)
  expect(exitCode).toBe(1)
  expect(stderr).toContain(`cannot tell the newest version, ${why}`)
  expect(stderr).not.toContain('hunter2')
})

it.each(['false', 'off'])('asks nobody where TUNNEL_UPDATE_URL is %s', async (value) => {
  const { exitCode, stderr } = await update(value)
  expect(exitCode).toBe(1)
  expect(stderr).toContain('turned off')
})

it('looks once at the start where it was told whom to ask, and logs what it found', async () => {
  const url = await answering({ latest: '9.9.9' })
  const env = { TUNNEL_CONNECT: CONNECT, TUNNEL_UPDATE_URL: url }
  const command = new RunningCommand(['http', '80', '--log', 'stdout', '--log-format', 'logfmt'], { env })
  await command.stdout.until('msg="update available" obj=updater version=9.9.9')
})

it('goes on where that fails', async () => {
  const env = { TUNNEL_CONNECT: CONNECT, TUNNEL_UPDATE_URL: 'http://127.0.0.1:1/' }
  const command = new RunningCommand(['http', '80', '--log', 'stdout', '--log-format', 'logfmt'], { env })
  await command.stdout.until('msg="failed to check for update" obj=updater')
  await command.stdout.until('msg="started tunnel"')
})

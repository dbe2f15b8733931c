import '../harness/dangling.ts'
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { runToEnd, start } from '../harness/process.ts'
import { environment, executable, startEdgeProgram, stop } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'
import { startUpstream } from '../harness/upstream.ts'

// What `npm install @tunnel/cli` brings: the packed files of the one package that it is, with no registry to ask and nothing cached.

/** 25 MB is what was asked for. The command takes 5.3 MB; twice that is something that came along by mistake. */
const MAX_INSTALLED_BYTES = 10_000_000

/** An empty project with the command installed. */
async function installed(): Promise<string> {
  const [source, packed, project, cache] = [1, 2, 3, 4].map(() => temporaryDirectory()) as [
    string,
    string,
    string,
    string,
  ]
  const app = dirname(dirname(executable('tunnel', 'tunnel.mjs')))
  await runToEnd(process.execPath, [join(app, 'pack.mjs'), source])
  await runToEnd('npm', ['pack', source, '--pack-destination', packed, '--cache', cache])
  const [archive = ''] = readdirSync(packed)
  mkdirSync(join(project, 'node_modules'))
  const quiet = ['--offline', '--no-audit', '--no-fund', '--cache', cache]
  await runToEnd('npm', ['install', '--prefix', project, ...quiet, join(packed, archive)])
  return project
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

test('the installed command is one small package without native code, and puts a service online', async () => {
  const project = await installed()
  const files = filesBelow(join(project, 'node_modules'))
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0)
  expect(bytes).toBeGreaterThan(1_000_000)
  expect(bytes).toBeLessThan(MAX_INSTALLED_BYTES)
  expect(readdirSync(join(project, 'node_modules/@tunnel'))).toEqual(['cli'])
  expect(files.filter((file) => /\.(?:node|so|dylib|dll|wasm)$/.test(file))).toEqual([])

  const command = join(project, 'node_modules/.bin/tunnel')
  const env = environment()
  expect((await runToEnd(command, ['version'], { env })).toString()).toMatch(/^tunnel version \d+\.\d+\.\d+\n$/)
  const credits = (await runToEnd(command, ['credits'], { env })).toString()
  for (const name of ['zod', 'fastify', 'react', 'react-dom'])
    expect(credits).toMatch(new RegExp(`^${name} \\d\\S+`, 'm'))

  const edge = await startEdgeProgram()
  const { port } = await startUpstream((_incoming, response) => response.end('hello'))
  const args = ['http', String(port), '--url=http://installed.localhost', '--log=stdout']
  const agent = start(command, args, { env: environment({ TUNNEL_CONNECT: edge.connectionString }) })
  let printed = ''
  agent.stdout?.on('data', (text) => (printed += text))
  await until(() => printed.includes('started tunnel'), 'the endpoint to be online')
  expect(await request(`http://installed.localhost:${edge.httpPort}/`)).toMatchObject({ status: 200, text: 'hello' })
  const joined = /msg="join connections" obj=join id=[0-9a-f]{12} l=\S+:\d+ r=127\.0\.0\.1:\d+\n/
  await until(() => joined.test(printed), 'the connection to be logged')
  const [, web = ''] = /starting web service.* addr=(\S+)/.exec(printed) ?? []
  const page = await request(`http://${web}/inspect/http`)
  expect(page).toMatchObject({ status: 200, text: expect.stringContaining('<script') })
  const [, script = ''] = /src="([^"]+\.js)"/.exec(page.text) ?? []
  expect(await request(`http://${web}${script}`)).toMatchObject({ status: 200 })
  expect(await stop(agent)).toBe(0)
})

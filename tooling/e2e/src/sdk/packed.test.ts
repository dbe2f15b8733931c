import '../harness/dangling.ts'
import { once } from 'node:events'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { runToEnd, start } from '../harness/process.ts'
import { environment, startEdgeProgram } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { LocalApi } from '../inspector/harness/local-api.ts'
import { settledCaptures } from '../inspector/harness/settled.ts'
import { runExample } from './run-example.ts'

// What a user of the SDK gets from a registry: the packed files of agent-core and of the workspace packages that it needs, and no others.

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
}

const root = dirname(createRequire(import.meta.url).resolve('@tunnel/agent-core/package.json'))
const packages = join(root, '..')

let installing: Promise<string> | undefined

/** An empty project with the SDK installed. */
function projectWithSdk(): Promise<string> {
  installing ??= install()
  return installing
}

async function install(): Promise<string> {
  const project = temporaryDirectory()
  await installPacked(project, 'agent-core')
  writeFileSync(join(project, 'package.json'), '{ "private": true }')
  return project
}

/** Unpacks what npm would publish, and whatever it declares to need. */
async function installPacked(project: string, name: string): Promise<void> {
  const to = join(project, 'node_modules/@tunnel', name)
  const from = join(packages, name)
  mkdirSync(to, { recursive: true })
  const packed = JSON.parse(
    (await runToEnd('npm', ['pack', from, '--json', '--ignore-scripts', '--pack-destination', to])).toString(),
  ) as [{ filename: string }]
  const archive = join(to, packed[0].filename.replace('@', '').replace('/', '-'))
  await runToEnd('tar', ['-xzf', archive, '-C', to, '--strip-components=1'])
  const { dependencies = {} } = JSON.parse(readFileSync(join(to, 'package.json'), 'utf8')) as Manifest
  for (const dependency of Object.keys(dependencies)) {
    if (dependency.startsWith('@tunnel/')) await installPacked(project, dependency.slice('@tunnel/'.length))
    else link(project, dependency, from)
  }
}

/** One of other people's, as it is installed here. */
function link(project: string, dependency: string, from: string): void {
  const to = join(project, 'node_modules', dependency)
  mkdirSync(dirname(to), { recursive: true })
  try {
    symlinkSync(join(from, 'node_modules', dependency), to)
  } catch (cause) {
    // Two packages need it.
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
  }
}

test.each(['http.mjs', 'commonjs.cjs'])('the packed SDK runs the example %s in an empty project', async (example) => {
  const [edge, project] = [await startEdgeProgram(), await projectWithSdk()]
  const url = await runExample(example, edge.connectionString, project)
  expect(await request(url, { ca: edge.ca })).toMatchObject({ status: 200, text: expect.stringContaining('hello') })
})

test('inspect: true says what to install, and once it is there shows what goes through', async () => {
  const [edge, project] = [await startEdgeProgram(), await projectWithSdk()]
  const script = join(project, 'inspected.mjs')
  writeFileSync(
    script,
    `import { createServer } from 'node:http'
     import { forward } from '@tunnel/agent-core'
     const server = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1')
     try {
       const { port } = await new Promise((resolve) => server.on('listening', () => resolve(server.address())))
       const listener = await forward({ addr: port, connect: process.env.TUNNEL_CONNECT, inspect: true })
       const { defaultInspector } = await import('@tunnel/inspector')
       const { url } = await defaultInspector()
       process.send({ online: listener.url(), inspector: url })
     } catch ({ code, message }) {
       process.send({ code, message })
       process.exit()
     }`,
  )
  expect(await firstMessage(script, edge.connectionString)).toEqual({
    code: 'ERR_TUNNEL_813',
    message: expect.stringContaining('npm install @tunnel/inspector'),
  })
  await installPacked(project, 'inspector')
  const { online = '', inspector = '' } = await firstMessage(script, edge.connectionString)
  expect(await request(`${online}/seen`, { ca: edge.ca })).toMatchObject({ status: 200, text: 'hello' })
  const api = new LocalApi(inspector)
  expect(await settledCaptures(api, 1)).toMatchObject([{ path: '/seen', status: 200, responseBytes: 5 }])
  expect(await api.bytes('/inspect/http')).toMatchObject({ status: 200, text: expect.stringContaining('<script') })
})

/** What a script sends first; it ends with the test. */
async function firstMessage(script: string, connect: string): Promise<Record<string, string>> {
  const child = start(process.execPath, [script], {
    env: environment({ TUNNEL_CONNECT: connect }),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [message] = await once(child, 'message')
  return message as Record<string, string>
}

test('it holds no tests', async () => {
  const project = await projectWithSdk()
  const files = (await runToEnd('find', [join(project, 'node_modules/@tunnel'), '-name', '*.test.*'])).toString()
  expect(files).toBe('')
})

test('loading it loads neither a SOCKS nor a DNS library, and no WebSocket', async () => {
  const file = join(await projectWithSdk(), 'loaded.cjs')
  writeFileSync(
    file,
    `require('@tunnel/agent-core')
     const loaded = () => Object.keys(require.cache).filter((name) => /[\\/](socks|dns-packet|ws)[@\\/]/.test(name)).length
     const before = loaded()
     require(require.resolve('ws', { paths: [require.resolve('@tunnel/agent-core/package.json')] }))
     process.stdout.write(JSON.stringify([before, loaded() > 0]))`,
  )
  const printed = (await runToEnd(process.execPath, [file], { env: environment() })).toString()
  expect(JSON.parse(printed)).toEqual([0, true])
})

test('its declarations are all there', async () => {
  const dist = join(await projectWithSdk(), 'node_modules/@tunnel/agent-core/dist')
  const index = readFileSync(join(dist, 'index.d.ts'), 'utf8')
  const paths = [...index.matchAll(/from '(\.\/[^']+)\.(?:ts|js)'/g)].map(([, path]) => `${path}.d.ts`)
  expect(paths.length).toBeGreaterThan(10)
  for (const path of paths) expect(readFileSync(join(dist, path), 'utf8')).not.toBe('')
})

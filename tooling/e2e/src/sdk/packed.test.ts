import '../harness/dangling.ts'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { runToEnd } from '../harness/process.ts'
import { environment, startEdgeProgram } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
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

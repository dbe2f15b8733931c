import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryDirectory } from '../../test/temporary-directory.ts'
import { openDataDirectory, runningEdge } from './data-directory.ts'

test('makes the directory for its owner alone', async () => {
  const path = join(await temporaryDirectory(), 'var', 'data')
  const directory = await openDataDirectory(path)
  expect((await stat(path)).mode & 0o777).toBe(0o700)
  expect(directory.file('ca.crt')).toBe(join(path, 'ca.crt'))
  await directory.close()
  expect(await readdir(path)).toEqual([])
})

test('keeps a second edge out until the first is done', async () => {
  const path = await temporaryDirectory()
  const first = await openDataDirectory(path)
  await expect(openDataDirectory(path)).rejects.toMatchObject({
    code: 'ERR_CONTROL_PLANE_DATA_IN_USE',
    message: `${path}: in use by another edge (pid ${process.pid}); give each edge its own data directory`,
  })
  await first.close()
  await (await openDataDirectory(path)).close()
})

test('lets commands in beside an edge', async () => {
  const path = await temporaryDirectory()
  const edge = await openDataDirectory(path)
  const command = await openDataDirectory(path, { exclusive: false })
  await command.close()
  await expect(openDataDirectory(path)).rejects.toMatchObject({ code: 'ERR_CONTROL_PLANE_DATA_IN_USE' })
  await edge.close()
})

test('is kept from other processes, and taken over when its process was killed', async () => {
  const path = await temporaryDirectory()
  const other = await openInOtherProcess(path)
  await expect(openDataDirectory(path)).rejects.toMatchObject({
    code: 'ERR_CONTROL_PLANE_DATA_IN_USE',
    message: expect.stringContaining(`pid ${other.pid}`),
  })
  other.kill('SIGKILL')
  await once(other, 'exit')
  await (await openDataDirectory(path)).close()
})

test('takes over the lock of an earlier process that had the same pid', async () => {
  const path = await temporaryDirectory()
  await writeFile(join(path, 'edge.lock'), `${process.pid} 1\n`)
  await (await openDataDirectory(path)).close()
})

test('takes over a lock that names no process', async () => {
  const path = await temporaryDirectory()
  await writeFile(join(path, 'edge.lock'), '')
  await (await openDataDirectory(path)).close()
})

test('gives a stale lock to one of many that come at once', async () => {
  const path = await temporaryDirectory()
  await writeFile(join(path, 'edge.lock'), `${process.pid} 1\n`)
  const opened = await Promise.allSettled(Array.from({ length: 20 }, () => openDataDirectory(path)))
  const winners = opened.filter((result) => result.status === 'fulfilled')
  expect(winners).toHaveLength(1)
  expect(await readdir(path)).toEqual(['edge.lock'])
  await winners[0]?.value.close()
})

test('passes to an heir when it is handed over, and stays its own until then', async () => {
  const path = await temporaryDirectory()
  const other = await openInOtherProcess(path)
  const heir = await openDataDirectory(path, { heirOf: other.pid })
  await heir.close()
  expect(await runningEdge(path)).toBe(other.pid)

  const own = await openDataDirectory(path, { heirOf: other.pid })
  await own.handTo(process.pid)
  expect(await readFile(join(path, 'edge.lock'), 'utf8')).toMatch(new RegExp(`^${process.pid}\n`))
  expect(await runningEdge(path)).toBe(process.pid)
  await own.close()
  expect(await runningEdge(path)).toBeUndefined()
})

test('has no heir but the one of the process that has it', async () => {
  const path = await temporaryDirectory()
  const other = await openInOtherProcess(path)
  const refused = openDataDirectory(path, { heirOf: (other.pid ?? 0) + 1 })
  await expect(refused).rejects.toMatchObject({ code: 'ERR_CONTROL_PLANE_DATA_IN_USE' })
})

test('says that a path is no directory', async () => {
  const path = join(await temporaryDirectory(), 'file')
  await writeFile(path, '')
  await expect(openDataDirectory(path)).rejects.toMatchObject({
    code: 'ERR_CONTROL_PLANE_DATA_UNUSABLE',
    message: `${path}: cannot be created (EEXIST)`,
  })
})

test('gives up where a directory that exists takes no other', { skip: process.platform !== 'linux' }, async () => {
  await expect(openDataDirectory('/proc/tunnel/data')).rejects.toMatchObject({
    code: 'ERR_CONTROL_PLANE_DATA_UNUSABLE',
    message: '/proc/tunnel/data: cannot be created (ENOENT)',
  })
})

/** Opens the directory in a Node process of its own, which then does nothing. */
async function openInOtherProcess(dataDir: string): Promise<ReturnType<typeof fork>> {
  const program = await compiledSources()
  const child = fork(join(program, 'holder.js'), [dataDir])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  return child
}

/** Node 20 runs no TypeScript: the few files that the other process needs, as JavaScript. */
async function compiledSources(): Promise<string> {
  const out = await temporaryDirectory()
  await mkdir(join(out, 'data'))
  await writeFile(join(out, 'package.json'), '{ "type": "module" }')
  await writeFile(
    join(out, 'holder.js'),
    `import { openDataDirectory, runningEdge } from './data/data-directory.js'
     await openDataDirectory(process.argv[2])
     process.on('message', () => {})
     process.send('open')`,
  )
  const sources = [
    'errors',
    'limits',
    ...['brief-lock', 'data-directory', 'data-file', 'process-lock', 'process-mark'].map((name) => `data/${name}`),
  ]
  for (const name of sources) {
    const text = await readFile(new URL(`../${name}.ts`, import.meta.url), 'utf8')
    const { outputText } = ts.transpileModule(text, {
      compilerOptions: {
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.ESNext,
        rewriteRelativeImportExtensions: true,
      },
    })
    await writeFile(join(out, `${name}.js`), outputText)
  }
  return out
}

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { installedPackages } from '../src/credits/installed-packages.ts'
import { createHome, run } from './run-command.ts'

it('names every package that the command runs on, with its licence', async () => {
  const { exitCode, stdout, stderr } = await run(['credits'], { env: {} })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toMatch(/^tunnel is made of .*@tunnel\/cli.*\(Apache-2\.0\)\n/)
  expect(stdout).toMatch(/^ {2}commander \S+ \(MIT\), TJ Holowaychuk/m)
  // Two that only dependencies need, one of them through a workspace package.
  expect(stdout).toMatch(/^ {2}zod \S+ \(MIT\)/m)
  expect(stdout).toMatch(/^ {2}sonic-boom \S+ \(MIT\)/m)
  expect(stdout).toMatch(/^commander \S+\n\n\(The MIT License\)/m)
})

function packageAt(root: string, path: string, manifest: object, files: Record<string, string> = {}): void {
  mkdirSync(join(root, path), { recursive: true })
  writeFileSync(join(root, path, 'package.json'), JSON.stringify(manifest))
  for (const [file, text] of Object.entries(files)) writeFileSync(join(root, path, file), text)
}

it('goes through circles once, and leaves out what is not installed', () => {
  const root = createHome()
  packageAt(root, '.', { name: 'top', version: '1.0.0', license: 'MIT', dependencies: { a: '*', gone: '*' } })
  packageAt(root, 'node_modules/a', { name: 'a', version: '2.0.0', dependencies: { b: '*' } }, { LICENCE: 'A\n' })
  packageAt(root, 'node_modules/b', {
    ...{ name: 'b', version: '3.0.0', dependencies: { a: '*' } },
    ...{ license: { type: 'ISC' }, author: { name: 'Ann' } },
  })
  expect(installedPackages(root)).toEqual([
    { name: 'a', version: '2.0.0', licence: 'licence not stated', author: undefined, text: 'A' },
    { name: 'b', version: '3.0.0', licence: 'ISC', author: 'Ann', text: undefined },
    { name: 'top', version: '1.0.0', licence: 'MIT', author: undefined, text: undefined },
  ])
})

import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { root, workspacePackages } from './workspace.ts'

const run = promisify(execFile)

/** Runs a command of the workspace; its output is the failure's message. */
async function passes(command: string, args: string[], cwd = root): Promise<void> {
  const result = await run(command, args, { cwd, maxBuffer: 64 * 1024 * 1024 }).then(
    () => '',
    (error: { stdout: string; stderr: string }) => `${error.stdout}\n${error.stderr}`,
  )
  expect(result).toBe('')
}

const bin = (name: string): string => `${root}/node_modules/.bin/${name}`

test('style: biome finds nothing', () => passes(bin('biome'), ['check', '.']))

// In one program, what several of them import is read and checked once; pages know the DOM, whose types are others than Node's.
for (const project of [
  'tooling/tsconfig/workspace.json',
  'packages/inspector/web',
  'tooling/e2e/src/inspector-web/mocked',
])
  test(`types: ${project} is sound`, () => passes(bin('tsc'), ['--noEmit', '-p', project]))

for (const { name, directory } of workspacePackages().filter((one) => !one.private)) {
  test(`${name} is publishable`, async ({ onTestFinished }) => {
    const packed = mkdtempSync(join(tmpdir(), 'tunnel-pack-'))
    onTestFinished(() => rmSync(packed, { recursive: true }))
    // By npm: a fresh machine has no pnpm on its PATH.
    await passes('npm', ['pack', '--silent', '--pack-destination', packed], `${root}/${directory}`)
    const tarball = join(packed, readdirSync(packed)[0] ?? '')
    await passes(bin('publint'), ['run', '--strict', tarball])
    await passes(bin('attw'), ['--profile', 'esm-only', tarball])
  })
}

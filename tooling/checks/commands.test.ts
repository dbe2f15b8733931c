import { execFile } from 'node:child_process'
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

test('types: every package is sound', async () => {
  for (const { directory } of workspacePackages()) await passes(bin('tsc'), ['--noEmit', '-p', directory])
  for (const name of ['bench', 'checks', 'e2e']) await passes(bin('tsc'), ['--noEmit', '-p', `tooling/${name}`])
})

for (const { name, directory } of workspacePackages().filter((one) => !one.private)) {
  test(`${name} is publishable`, async () => {
    // By npm: a fresh machine has no pnpm on its PATH.
    await passes(bin('publint'), ['--strict', '--pack', 'npm'], `${root}/${directory}`)
    await passes(bin('attw'), ['--pack', '--profile', 'esm-only'], `${root}/${directory}`)
  })
}

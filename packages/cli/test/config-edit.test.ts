import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { createHome, run } from './run-command.ts'

const own = '.config/tunnel/tunnel.yml'

function homeWith(text: string | undefined): { home: string; path: string } {
  const home = createHome()
  const path = join(home, own)
  mkdirSync(dirname(path), { recursive: true })
  if (text !== undefined) writeFileSync(path, text)
  return { home, path }
}

/** An editor that does `script` to the file `$1`. */
function editorOf(home: string, script: string): string {
  const file = join(home, 'my editor.sh')
  writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return `sh "${file}"`
}

const edit = (home: string, env: Record<string, string>) =>
  run(['config', 'edit'], { home, env: { PATH: process.env.PATH ?? '', ...env } })

it('opens the file in the editor and saves what is right', async () => {
  const { home, path } = homeWith('version: 3\n')
  const EDITOR = editorOf(home, 'printf "agent:\\n  log: x # mine\\n" >> "$1"')
  const { exitCode, stdout, stderr } = await edit(home, { EDITOR })
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: `Configuration saved to ${path}\n`, stderr: '' })
  expect(readFileSync(path, 'utf8')).toBe('version: 3\nagent:\n  log: x # mine\n')
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

it('takes VISUAL before EDITOR', async () => {
  const { home, path } = homeWith('version: 3\n')
  await edit(home, { VISUAL: editorOf(home, 'echo "# seen" >> "$1"'), EDITOR: 'false' })
  expect(readFileSync(path, 'utf8')).toBe('version: 3\n# seen\n')
})

it('keeps the file when what was written is wrong, and says where that is', async () => {
  const { home, path } = homeWith('version: 3\n')
  const { exitCode, stdout, stderr } = await edit(home, { EDITOR: editorOf(home, 'echo "agnt: {}" >> "$1"') })
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  const lines = stderr.split('\n')
  expect(lines[0]).toBe(`ERROR:  ${path}:2:1: unknown key \`agnt\`; did you mean \`agent\`?`)
  const kept = /^ERROR: {2}(.*) was left as it was; what you wrote is in (.*)$/.exec(lines[1] ?? '')
  expect(kept?.[1]).toBe(path)
  expect(readFileSync(path, 'utf8')).toBe('version: 3\n')
  expect(readFileSync(kept?.[2] ?? '', 'utf8')).toBe('version: 3\nagnt: {}\n')
})

it('opens a file that is wrong already, to be mended', async () => {
  const { home, path } = homeWith('version: 3\n\tbroken')
  expect((await edit(home, { EDITOR: editorOf(home, 'echo "version: 3" > "$1"') })).exitCode).toBe(0)
  expect(readFileSync(path, 'utf8')).toBe('version: 3\n')
})

it('begins a new file', async () => {
  const { home, path } = homeWith(undefined)
  const { exitCode } = await edit(home, { EDITOR: editorOf(home, 'echo "agent: { log: x }" >> "$1"') })
  expect(exitCode).toBe(0)
  expect(readFileSync(path, 'utf8')).toBe('version: 3\nagent: { log: x }\n')
})

it('writes nothing when nothing was changed', async () => {
  const { home, path } = homeWith('version:   3\n')
  const { stdout } = await edit(home, { EDITOR: 'true' })
  expect(stdout).toBe(`Configuration file at ${path} is unchanged\n`)
  expect(readFileSync(path, 'utf8')).toBe('version:   3\n')
})

it('does not undo what another program wrote meanwhile', async () => {
  const { home, path } = homeWith('version: 3\n')
  const EDITOR = editorOf(home, `echo "# theirs" >> "${path}"; echo "# mine" >> "$1"`)
  const { exitCode, stderr } = await edit(home, { EDITOR })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('another program changed the file meanwhile')
  expect(readFileSync(path, 'utf8')).toBe('version: 3\n# theirs\n')
})

it.each([
  ['exit 3', 'ended with code 3; nothing was saved'],
  ['/nowhere/editor', 'could not be started: set EDITOR to the one you use; nothing was saved'],
])('saves nothing when the editor fails: %s', async (EDITOR, message) => {
  const { home, path } = homeWith(undefined)
  const { exitCode, stderr } = await edit(home, { EDITOR })
  expect(exitCode).toBe(1)
  expect(stderr).toContain(`ERROR:  the editor ${JSON.stringify(EDITOR)} ${message}`)
  expect(existsSync(path)).toBe(false)
})

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { openContained } from './open-contained.ts'

/** What somebody else does to the tree just before, and just after, a file is opened. */
const meanwhile = vi.hoisted(() => ({ beforeOpen: () => {}, afterOpen: () => {} }))

vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>()
  const open: typeof fs.open = async (...args) => {
    meanwhile.beforeOpen()
    const handle = await fs.open(...args)
    meanwhile.afterOpen()
    return handle
  }
  return { ...fs, open }
})

let root: string
const inRoot = (...names: string[]): string => join(root, ...names)

beforeEach(() => {
  meanwhile.beforeOpen = () => {}
  meanwhile.afterOpen = () => {}
  const parent = realpathSync(mkdtempSync(join(tmpdir(), 'tunnel-open-')))
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }))
  root = join(parent, 'root')
  for (const directory of ['root', 'root/dir', 'outside']) mkdirSync(join(parent, directory))
  writeFileSync(inRoot('dir', 'file'), 'public')
  writeFileSync(join(parent, 'outside', 'file'), 'secret')
  symlinkSync('../outside', inRoot('link'))
})

const linkTakesPlaceOfDirectory = (): void => {
  renameSync(inRoot('dir'), inRoot('was-dir'))
  renameSync(inRoot('link'), inRoot('dir'))
}
const directoryComesBack = (): void => {
  renameSync(inRoot('dir'), inRoot('link'))
  renameSync(inRoot('was-dir'), inRoot('dir'))
}

test('opens a file below the root', async () => {
  const found = await openContained(root, ['dir', 'file'])
  expect(found.kind).toBe('file')
  if (found.kind === 'file') await found.handle.close()
})

test('gives no file that a link led to between looking and opening', async () => {
  meanwhile.beforeOpen = linkTakesPlaceOfDirectory
  expect(await openContained(root, ['dir', 'file'])).toEqual({ kind: 'missing' })
})

test('gives no such file either when the link is gone again', async () => {
  meanwhile.beforeOpen = linkTakesPlaceOfDirectory
  meanwhile.afterOpen = directoryComesBack
  expect(await openContained(root, ['dir', 'file'])).toEqual({ kind: 'missing' })
})

test.skipIf(process.platform === 'win32')('does not wait for a FIFO that took the place of a file', async () => {
  meanwhile.beforeOpen = () => {
    rmSync(inRoot('dir', 'file'))
    execFileSync('mkfifo', [inRoot('dir', 'file')])
  }
  expect(await openContained(root, ['dir', 'file'])).toEqual({ kind: 'missing' })
})

test.each([
  ['EACCES', 'forbidden'],
  ['EPERM', 'forbidden'],
  ['ENOENT', 'missing'],
])('takes %s for %s', async (code, kind) => {
  meanwhile.beforeOpen = () => {
    throw Object.assign(new Error(code), { code })
  }
  expect(await openContained(root, ['dir', 'file'])).toEqual({ kind })
})

test('a fault of the machine is no answer', async () => {
  meanwhile.beforeOpen = () => {
    throw Object.assign(new Error('EMFILE'), { code: 'EMFILE' })
  }
  await expect(openContained(root, ['dir', 'file'])).rejects.toMatchObject({ code: 'EMFILE' })
})

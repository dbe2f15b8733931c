import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { LogFile } from './log-file.ts'

let directory: string
let nowMs = 0
const path = (): string => join(directory, 'agent.log')
const read = (name = 'agent.log'): string => readFileSync(join(directory, name), 'utf8')

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tunnel-log-'))
  nowMs = 0
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const open = (): LogFile => new LogFile(path(), () => nowMs)

it('appends, at once and for nobody else to read', () => {
  open().write('one\n')
  open().write('two\n')
  expect(read()).toBe('one\ntwo\n')
  expect(statSync(path()).mode & 0o777).toBe(0o600)
})

it('begins a new file where the old one was moved away', () => {
  const file = open()
  file.write('one\n')
  renameSync(path(), `${path()}.1`)
  file.write('two\n')
  nowMs = 1000
  file.write('three\n')
  expect(read('agent.log.1')).toBe('one\ntwo\n')
  expect(read()).toBe('three\n')
})

it('goes on with the old file while there can be no new one', () => {
  const file = open()
  rmSync(directory, { recursive: true })
  nowMs = 1000
  expect(() => file.write('nowhere\n')).not.toThrow()
})

it('refuses a file that cannot be opened', () => {
  expect(() => new LogFile(join(directory, 'no/such/agent.log'))).toThrow(
    expect.objectContaining({ code: 'ERR_CLI_FILE', message: expect.stringContaining('cannot be opened (ENOENT)') }),
  )
})
